/* Words that tell many messages apart which are alike otherwise. */
#include "expect.h"

#include "inspect/fold.h"
#include "inspect/wild.h"

static struct wild_mask mask(unsigned words, uint32_t at)
{
	return (struct wild_mask){words, at};
}

static void test_words_are_folded_away(void **state)
{
	static const struct {
		const char *text;
		struct wild_mask mask;
		const char *want; /* NULL: it has another number of words */
	} folds[] = {
		{"no customer Miller", {3, 4}, "no customer <*>"},
		{"no customer Miller", {3, 5}, "<*> customer <*>"},
		{"no customer Miller", {3, 0}, "no customer Miller"},
		{"no", {1, 1}, "<*>"},
		{"no customer", {3, 4}, NULL},
		{"no customer Miller here", {3, 4}, NULL},
		{"", {1, 1}, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(folds); i++) {
		struct buf out = {0}, shown = {0};
		bool fine;

		buf_add_str(&out, "kept");
		fine = wild_fold(&out, slice_of(folds[i].text), folds[i].mask);
		EXPECT(fine == (folds[i].want != NULL), "%s", folds[i].text);
		fold_show(&shown, (struct slice){out.data + 4, out.len - 4});
		EXPECT(slice_is(buf_slice(&shown), fine ? folds[i].want : ""), "%s", shown.data);
		buf_finish(&out);
		buf_finish(&shown);
	}
}

static void expect_learned(const struct wild_message *m, size_t n, size_t least, size_t want,
			   const struct wild_mask *masks)
{
	struct wild_mask chosen[16];
	struct wild w = {0};

	assert_int_equal(wild_learn(&w, m, n, least, chosen), want);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		EXPECT(chosen[i].words == masks[i].words &&
			       (!masks[i].words || chosen[i].at == masks[i].at),
		       "message %zu: %u %x", i, chosen[i].words, chosen[i].at);
		while (k < w.n &&
		       (w.masks[k].words != chosen[i].words || w.masks[k].at != chosen[i].at))
			k++;
		assert_true(!chosen[i].words || k < w.n);
	}
}

static void test_words_are_learned_by_counting(void **state)
{
	static const struct wild_message m[] = {
		{SLICE_LIT("no customer Miller"), 1},
		{SLICE_LIT("no customer Smith"), 1},
		{SLICE_LIT("no customer Jones"), 1},
		{SLICE_LIT("no order Miller"), 1},
		{SLICE_LIT("no customer Baker"), 2},
		{SLICE_LIT("no customer"), 1},
		{SLICE_LIT(""), 1},
	};
	const struct wild_mask last = mask(3, 4), none = mask(0, 0);

	(void)state;
	expect_learned(m, 7, 2, 3, (struct wild_mask[]){last, last, last, none, none, none, none});
	/* At least so many others, not one less. */
	expect_learned(m, 7, 3, 0, (struct wild_mask[]){none, none, none, none, none, none, none});
}

/* Whatever order hashes put them into. */
static void test_the_mask_under_which_most_are_alike(void **state)
{
	const struct wild_mask last = mask(3, 4), middle = mask(3, 2);

	(void)state;
	for (char c = 'a'; c <= 'z'; c++) {
		static const char *const formats[] = {"%c is x", "%c is y", "%c is z", "%c was x"};
		char texts[4][16];
		struct wild_message m[4];

		for (int i = 0; i < 4; i++) {
			snprintf(texts[i], sizeof(texts[i]), formats[i], c);
			m[i] = (struct wild_message){slice_of(texts[i]), 0};
		}
		expect_learned(m, 4, 1, 4, (struct wild_mask[]){last, last, last, middle});
	}
}

/* From three messages of so many words, of which one differs. */
static size_t learn(struct wild *w, unsigned words, unsigned at)
{
	char texts[3][3 * WILD_WORDS];
	struct wild_message m[3];
	struct wild_mask chosen[3];

	for (int i = 0; i < 3; i++) {
		char *to = texts[i];

		for (unsigned k = 0; k < words; k++)
			to += sprintf(to, "%s%c", k ? " " : "", k == at ? 'a' + i : 'x');
		m[i] = (struct wild_message){slice_of(texts[i]), 0};
	}
	return wild_learn(w, m, 3, 2, chosen);
}

/* What was learned once is neither learned twice nor too much. */
static void test_masks_are_bounded(void **state)
{
	struct wild w = {0};

	(void)state;
	for (int turn = 0; turn < 2; turn++)
		for (unsigned words = 1; words <= WILD_WORDS + 2; words++)
			for (unsigned at = 0; at < words && at < 2; at++) {
				assert_int_equal(learn(&w, words, at), words <= WILD_WORDS ? 3 : 0);
				assert_true(w.n <= WILD_MASKS);
			}
	assert_int_equal(w.n, WILD_MASKS);
	for (size_t i = 0; i < w.n; i++)
		for (size_t k = 0; k < i; k++)
			assert_false(w.masks[i].words == w.masks[k].words &&
				     w.masks[i].at == w.masks[k].at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_folded_away),
		cmocka_unit_test(test_words_are_learned_by_counting),
		cmocka_unit_test(test_the_mask_under_which_most_are_alike),
		cmocka_unit_test(test_masks_are_bounded),
	};

	return RUN_TESTS(tests);
}
