/* The checksum is zlib's, of any length and wherever the bytes begin. */
#include "expect.h"

#include <zlib.h>

#include "record/checksum.h"

static void test_every_length_and_beginning(void **state)
{
	unsigned char bytes[400];
	uint32_t next = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		next = next * 1103515245 + 12345;
		bytes[i] = (unsigned char)(next >> 16);
	}
	for (size_t from = 0; from < 17; from++)
		for (size_t n = 0; n + from <= sizeof(bytes); n++)
			assert_int_equal(checksum_of((struct slice){(char *)bytes + from, n}),
					 (uint32_t)crc32(0, bytes + from, (uInt)n));
}

static void test_what_fits(void **state)
{
	static const char body[] = "{\"value\":\"v\"";
	unsigned long sum = crc32(0, (const Bytef *)body, sizeof(body) - 1);
	char line[64], told[9];

	(void)state;
	snprintf(told, sizeof(told), "%08lx", sum);
	snprintf(line, sizeof(line), "%s,\"crc32\":\"%s\"} \r", body, told);
	assert_true(checksum_fits(slice_of(line), slice_of(told)));
	assert_false(checksum_fits(slice_of(line), (struct slice){told, 7}));
	assert_false(checksum_fits(slice_of(line), SLICE_LIT("")));
	assert_false(checksum_fits(slice_of(line + 1), slice_of(told)));
	assert_false(checksum_fits(SLICE_LIT("{}"), SLICE_LIT("12345678")));
	assert_true(checksum_seals(slice_of(line)));
	assert_false(checksum_seals(slice_of(line + 1)));
	assert_false(checksum_seals(SLICE_LIT("{\"crc32\":\"12345678\"}")));
	assert_false(checksum_seals(SLICE_NULL));
	told[3] = told[3] == '0' ? '1' : '0';
	assert_false(checksum_fits(slice_of(line), slice_of(told)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length_and_beginning),
		cmocka_unit_test(test_what_fits),
	};

	return RUN_TESTS(tests);
}
