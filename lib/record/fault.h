/* What can be wrong with a record itself, before anything is sent. */
#ifndef REDRIVE_RECORD_FAULT_H
#define REDRIVE_RECORD_FAULT_H

/* Their names, classes and remedies stand in the error contract
 * (kafka/contract.h); FAULT_NONE is no fault. */
enum fault {
	FAULT_NONE = 0,
	FAULT_INVALID_JSON,
	FAULT_INVALID_CSV,
	FAULT_INVALID_UTF8,
	FAULT_INVALID_ENVELOPE,
	FAULT_MISSING_FIELD,
	FAULT_MISSING_KEY,
	FAULT_INVALID_TIMESTAMP,
	FAULT_MEND_FAILED,
	FAULT_TOO_LARGE, /* larger than what its topic accepts */
	FAULT_CIRCUIT_OPEN,
	FAULT_KEY_HELD,
	FAULT_NO_DESTINATION,
	FAULT_OVER_LIMIT, /* larger than --max-record-bytes: no sink may take it */
	FAULT_COUNT,
};

#endif
