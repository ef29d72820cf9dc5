/* Faults of a disk and of a clock, for one process and its children: preloaded before the C library.
 *
 * FAULT_PATH      part of the path of the files that it is about
 * FAULT_FROM      from which opening of such a file on, counted in each process (1: the first)
 * FAULT_DOES      read_error   reading fails with EIO once FAULT_AFTER bytes were read
 *                 vanishes     the file is removed when it is first read
 *                 changes      the file gets one more line when it is first read
 *                 no_space     writing fails with ENOSPC once FAULT_AFTER bytes were written
 *                 sync_error   syncing fails with EIO
 * FAULT_CLOCK     seconds that the clock is ahead (negative: behind)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static char *paths[DESCRIPTORS];
static long done[DESCRIPTORS];
static int opened;

static const char *setting(const char *name, const char *otherwise) {
    const char *value = getenv(name);
    return value && *value ? value : otherwise;
}

static int does(const char *what) { return strcmp(setting("FAULT_DOES", ""), what) == 0; }

static int remembered(int descriptor, const char *path) {
    const char *wanted = setting("FAULT_PATH", NULL);
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return descriptor;
    free(paths[descriptor]);
    paths[descriptor] = NULL;
    done[descriptor] = 0;
    if (wanted && path && strstr(path, wanted) && ++opened >= atoi(setting("FAULT_FROM", "1")))
        paths[descriptor] = strdup(path);
    return descriptor;
}

static int concerns(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS && paths[descriptor]; }

static int mode_of(int flags, va_list rest) { return flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, int) : 0; }

#define OPENING(name)                                          \
    int name(const char *path, int flags, ...) {               \
        REAL(name);                                            \
        va_list rest;                                          \
        va_start(rest, flags);                                 \
        int mode = mode_of(flags, rest);                       \
        va_end(rest);                                          \
        return remembered(real(path, flags, mode), path);      \
    }
OPENING(open)
OPENING(open64)

#define OPENING_AT(name)                                       \
    int name(int folder, const char *path, int flags, ...) {   \
        REAL(name);                                            \
        va_list rest;                                          \
        va_start(rest, flags);                                 \
        int mode = mode_of(flags, rest);                       \
        va_end(rest);                                          \
        return remembered(real(folder, path, flags, mode), path); \
    }
OPENING_AT(openat)
OPENING_AT(openat64)

int close(int descriptor) {
    REAL(close);
    if (concerns(descriptor)) {
        free(paths[descriptor]);
        paths[descriptor] = NULL;
    }
    return real(descriptor);
}

/* What is to happen before so many bytes are read; -1 where reading fails. */
static int before_reading(int descriptor) {
    if (!concerns(descriptor)) return 0;
    if (does("read_error") && done[descriptor] >= atol(setting("FAULT_AFTER", "0"))) {
        errno = EIO;
        return -1;
    }
    if (does("vanishes")) unlink(paths[descriptor]);
    if (does("changes") && !done[descriptor]) {
        FILE *file = fopen(paths[descriptor], "a");
        if (file) {
            fputs("changed meanwhile\n", file);
            fclose(file);
        }
    }
    return 0;
}

static ssize_t counted(int descriptor, ssize_t bytes) {
    if (concerns(descriptor) && bytes > 0) done[descriptor] += bytes;
    return bytes;
}

ssize_t read(int descriptor, void *buffer, size_t size) {
    REAL(read);
    return before_reading(descriptor) ? -1 : counted(descriptor, real(descriptor, buffer, size));
}
ssize_t pread(int descriptor, void *buffer, size_t size, off_t offset) {
    REAL(pread);
    return before_reading(descriptor) ? -1 : counted(descriptor, real(descriptor, buffer, size, offset));
}
ssize_t pread64(int descriptor, void *buffer, size_t size, off64_t offset) {
    REAL(pread64);
    return before_reading(descriptor) ? -1 : counted(descriptor, real(descriptor, buffer, size, offset));
}

static int before_writing(int descriptor) {
    if (concerns(descriptor) && does("no_space") && done[descriptor] >= atol(setting("FAULT_AFTER", "0"))) {
        errno = ENOSPC;
        return -1;
    }
    return 0;
}

ssize_t write(int descriptor, const void *buffer, size_t size) {
    REAL(write);
    return before_writing(descriptor) ? -1 : counted(descriptor, real(descriptor, buffer, size));
}
ssize_t pwrite(int descriptor, const void *buffer, size_t size, off_t offset) {
    REAL(pwrite);
    return before_writing(descriptor) ? -1 : counted(descriptor, real(descriptor, buffer, size, offset));
}
ssize_t pwrite64(int descriptor, const void *buffer, size_t size, off64_t offset) {
    REAL(pwrite64);
    return before_writing(descriptor) ? -1 : counted(descriptor, real(descriptor, buffer, size, offset));
}

#define SYNCING(name)                                          \
    int name(int descriptor) {                                 \
        REAL(name);                                            \
        if (concerns(descriptor) && does("sync_error")) {      \
            errno = EIO;                                       \
            return -1;                                         \
        }                                                      \
        return real(descriptor);                               \
    }
SYNCING(fsync)
SYNCING(fdatasync)

static long ahead(void) { return atol(setting("FAULT_CLOCK", "0")); }

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(clock_gettime);
    int answer = real(clock, now);
    if (!answer && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
    return answer;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    REAL(gettimeofday);
    int answer = real(now, zone);
    if (!answer) now->tv_sec += ahead();
    return answer;
}
time_t time(time_t *now) {
    REAL(time);
    time_t answer = real(NULL) + ahead();
    if (now) *now = answer;
    return answer;
}
