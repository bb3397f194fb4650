#include "replay/rivals.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/text.h"
#include "kafka/contract.h"
#include "kafka/refusal.h"

#define SLICE_MS 1000
/* While the group rebalances its members tell nothing. */
#define PAUSE_MS 50

void rivals_id_init(struct rivals_id *id, uint64_t print)
{
	*id = (struct rivals_id){.print = print, .started = (uint64_t)clock_wall_ms()};
	if (getrandom(&id->random, sizeof(id->random), 0) < 0)
		id->random = (uint32_t)clock_mono_ms();
}

char *rivals_id_text(const struct rivals_id *id, char out[RIVALS_ID_SIZE])
{
	snprintf(out, RIVALS_ID_SIZE, "redrive-%016" PRIx64 "-%012" PRIx64 "-%08" PRIx32, id->print,
		 id->started, id->random);
	return out;
}

bool rivals_id_parse(struct rivals_id *id, const char *text)
{
	char back[RIVALS_ID_SIZE];

	return sscanf(text, "redrive-%16" SCNx64 "-%12" SCNx64 "-%8" SCNx32, &id->print,
		      &id->started, &id->random) == 3 &&
	       strcmp(rivals_id_text(id, back), text) == 0;
}

int rivals_id_compare(const struct rivals_id *a, const struct rivals_id *b)
{
	if (a->started != b->started)
		return a->started < b->started ? -1 : 1;
	return a->random < b->random ? -1 : a->random > b->random;
}

static int strange(const struct rivals *r, const struct rd_kafka_group_member_info *member,
		   struct error *err)
{
	struct buf host = {0};

	text_add_escaped(&host, slice_of(member->client_host));
	error_set(err, ERROR_CONFIG,
		  "the group %s is what keeps two of redrive from sending the same, but a program "
		  "that isn't redrive, or another version of it, has joined it from %s: end that "
		  "first",
		  r->group, host.data ? host.data : "nowhere");
	buf_finish(&host);
	return -1;
}

static int differs(const struct rivals *r, const struct rd_kafka_group_member_info *member,
		   const struct rivals_id *id, struct error *err)
{
	char since[CLOCK_ISO_SIZE];
	struct buf host = {0};

	text_add_escaped(&host, slice_of(member->client_host));
	error_set(err, ERROR_CONFIG,
		  "another redrive works on this DLQ with another selection, mending or "
		  "destination, since %s, from %s (group %s): wait for it to end, or start this "
		  "one with the same options, to help it",
		  clock_iso((int64_t)id->started, since), host.data ? host.data : "nowhere",
		  r->group);
	buf_finish(&host);
	return -1;
}

static int check_member(const struct rivals *r, const struct rd_kafka_group_member_info *member,
			struct error *err)
{
	struct rivals_id id;

	if (!rivals_id_parse(&id, member->client_id))
		return strange(r, member, err);
	if (id.print == r->me->print || (r->joined && rivals_id_compare(&id, r->me) > 0))
		return 0;
	return differs(r, member, &id, err);
}

static int check_group(const struct rivals *r, const struct rd_kafka_group_info *group,
		       struct error *err)
{
	for (int i = 0; i < group->member_cnt; i++)
		if (check_member(r, &group->members[i], err) < 0)
			return -1;
	return 0;
}

static int check_list(const struct rivals *r, const struct rd_kafka_group_list *list,
		      rd_kafka_resp_err_t *code, struct error *err)
{
	int rc = 0;

	for (int i = 0; i < list->group_cnt && rc == 0; i++) {
		*code = list->groups[i].err;
		if (!*code)
			rc = check_group(r, &list->groups[i], err);
	}
	return rc;
}

static int unknown(const struct rivals *r, rd_kafka_resp_err_t code, struct error *err)
{
	char *grant;

	if (*r->stop)
		return error_set(err, ERROR_OUTPUT, "stopped while waiting for the cluster");
	if (contract_of_kafka(code).class != CLASS_CONFIGURATION)
		return error_set(err, ERROR_OUTPUT, "can't find out who is in the group %s: %s%s%s",
				 r->group, rd_kafka_err2str(code),
				 *client_last_error(r->client) ? ": " : "",
				 client_last_error(r->client));
	grant = refusal_grant_on(r->client->properties, "Describe", REFUSAL_GROUP, r->group);
	error_set(err, ERROR_CONFIG,
		  "no permission to see who is in the group %s: %s (grant it: %s)", r->group,
		  rd_kafka_err2str(code), grant);
	free(grant);
	return -1;
}

/* A coordinator that has just started, or a group that is forming, may have to be asked again. */
int rivals_check(const struct rivals *r, struct error *err)
{
	int64_t deadline = clock_mono_ms() + r->patience_ms;
	const struct rd_kafka_group_list *list;
	rd_kafka_resp_err_t code;
	int rc = 0;

	do {
		code = rd_kafka_list_groups(r->client->rk, r->group, &list, SLICE_MS);
		if (!code) {
			rc = check_list(r, list, &code, err);
			rd_kafka_group_list_destroy(list);
			client_set_up(r->client);
		}
		if (!code || contract_of_kafka(code).class == CLASS_CONFIGURATION)
			break;
		if (r->client->misconfigured && !r->client->ever_up)
			return refusal_of_client(r->client, err);
		client_poll(r->client, PAUSE_MS);
	} while (clock_mono_ms() < deadline && !*r->stop);
	/* As a cluster inside a process: nobody else will be in that. */
	if (code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE)
		return 0;
	return code ? unknown(r, code, err) : rc;
}
