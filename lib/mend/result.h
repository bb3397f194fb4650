/* What became of a record that was to be changed. */
#ifndef REDRIVE_MEND_RESULT_H
#define REDRIVE_MEND_RESULT_H

enum mend_result {
	MEND_DONE,
	MEND_REFUSED, /* it can't be changed as was asked: this record's own trouble */
	MEND_UNSURE,  /* answers may stand at the wrong records: none since the last settling
		       * may be used, and all are to be asked again, exactly */
	MEND_BROKEN,  /* no record would pass: the run must stop */
};

#endif
