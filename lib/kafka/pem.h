/* Certificates and keys as text: Java takes them on one line, OpenSSL doesn't. */
#ifndef REDRIVE_KAFKA_PEM_H
#define REDRIVE_KAFKA_PEM_H

enum store_kind { STORE_PEM, STORE_JKS, STORE_PKCS12, STORE_UNREADABLE };

/* What a key store or trust store is, by its content: its name tells nothing. */
enum store_kind pem_store_kind(const char *path);

/* The PEM blocks of a text, each on lines of its own, whatever blanks (or the
 * two characters \n) stood between its parts; what isn't one is left out. The
 * caller frees it. NULL when there is none. */
char *pem_rewrap(const char *text);

#endif
