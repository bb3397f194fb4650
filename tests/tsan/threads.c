/* C11 threads on top of pthreads, for builds with the thread sanitizer.
 *
 * librdkafka uses C11's threads, glibc implements them without calling
 * pthread_create and its kin, and so the sanitizer doesn't see them: it crashes
 * in the first thread. These definitions take their place. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

struct start {
	thrd_start_t function;
	void *argument;
};

static void *run(void *opaque)
{
	struct start start = *(struct start *)opaque;

	free(opaque);
	return (void *)(intptr_t)start.function(start.argument);
}

static int result(int err)
{
	return err ? thrd_error : thrd_success;
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
	struct start *start = malloc(sizeof(*start));
	pthread_t created;

	if (!start)
		return thrd_nomem;
	*start = (struct start){function, argument};
	if (pthread_create(&created, NULL, run, start) != 0) {
		free(start);
		return thrd_error;
	}
	*thread = created;
	return thrd_success;
}

int thrd_join(thrd_t thread, int *res)
{
	void *value;
	int err = pthread_join(thread, &value);

	if (res)
		*res = (int)(intptr_t)value;
	return result(err);
}

int mtx_init(mtx_t *mutex, int type)
{
	pthread_mutexattr_t attributes;
	int err;

	pthread_mutexattr_init(&attributes);
	if (type & mtx_recursive)
		pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
	err = pthread_mutex_init((pthread_mutex_t *)mutex, &attributes);
	pthread_mutexattr_destroy(&attributes);
	return result(err);
}

int mtx_lock(mtx_t *mutex)
{
	return result(pthread_mutex_lock((pthread_mutex_t *)mutex));
}

int mtx_unlock(mtx_t *mutex)
{
	return result(pthread_mutex_unlock((pthread_mutex_t *)mutex));
}

void mtx_destroy(mtx_t *mutex)
{
	pthread_mutex_destroy((pthread_mutex_t *)mutex);
}

int cnd_init(cnd_t *condition)
{
	return result(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

int cnd_wait(cnd_t *condition, mtx_t *mutex)
{
	return result(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex));
}

int cnd_timedwait(cnd_t *condition, mtx_t *mutex, const struct timespec *until)
{
	int err = pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)mutex,
					 until);

	return err == ETIMEDOUT ? thrd_timedout : result(err);
}

int cnd_signal(cnd_t *condition)
{
	return result(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
	return result(pthread_cond_broadcast((pthread_cond_t *)condition));
}

void cnd_destroy(cnd_t *condition)
{
	pthread_cond_destroy((pthread_cond_t *)condition);
}
