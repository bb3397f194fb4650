#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "cmd.h"
#include "exit.h"
#include "kafka/contract.h"

static void print_one(const struct contract *c)
{
	printf("%s\n  class:    %s (%s)\n  meaning:  %s\n  to mend:  %s\n", c->code,
	       contract_class_name(c->class), contract_class_effect(c->class), c->meaning,
	       c->remedy);
	if (c->blames_batch)
		printf("  note:     the broker refuses the whole batch for one record in it; only "
		       "that\n            one is taken out, the others are sent again\n");
}

/* An entry whose code stands earlier in the table. */
static bool is_repeated(const struct contract *table, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(table[k].code, table[i].code) == 0)
			return true;
	return false;
}

static void print_all(const struct contract *table, size_t n)
{
	for (enum error_class k = 0; k < CLASS_COUNT; k++) {
		printf("%s%s: %s\n", k ? "\n" : "", contract_class_name(k),
		       contract_class_effect(k));
		for (size_t i = 0; i < n; i++)
			if (table[i].class == k && !is_repeated(table, i))
				printf("  %-37s %s\n", table[i].code, table[i].meaning);
	}
	printf("\nredrive errors CODE says what to do about one.\n");
}

/* A code may stand for more than one cause. */
static void print_code(const struct contract *table, size_t n, const char *code)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(table[i].code, code) == 0)
			print_one(&table[i]);
}

static int check_code(const struct contract *table, size_t n, const char *code)
{
	const char **names = mem_alloc(n, sizeof(*names)), *near;
	bool known = false;

	for (size_t i = 0; i < n; i++) {
		names[i] = table[i].code;
		known = known || strcasecmp(table[i].code, code) == 0;
	}
	near = text_nearest(code, names, n);
	free(names);
	if (known)
		return EXIT_DONE;
	return cmd_usage(&cmd_errors, "unknown code '%s'%s%s%s", code,
			 near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int errors_run(int argc, char **argv)
{
	size_t n;
	const struct contract *table = contract_table(&n);
	const struct option_list *args;
	struct options *options;
	int status = EXIT_DONE;

	options = cmd_options(&cmd_errors, argc, argv, NULL, &status);
	if (!options)
		return status;
	args = options_args(options);
	if (!args->n)
		print_all(table, n);
	for (size_t i = 0; i < args->n && status == EXIT_DONE; i++)
		status = check_code(table, n, args->items[i]);
	for (size_t i = 0; i < args->n && status == EXIT_DONE; i++)
		print_code(table, n, args->items[i]);
	options_destroy(options);
	return status;
}

const struct cmd cmd_errors = {
	.name = "errors",
	.summary = "the error contract: every code, its class, and what happens",
	.usage = "[CODE...]",
	.details = "Prints what redrive does about each error code of Kafka, of librdkafka and of "
		   "its own. With codes, what they mean and how to mend the cause.",
	.examples = "redrive errors\n"
		    "redrive errors MSG_SIZE_TOO_LARGE\n",
	.run = errors_run,
};
