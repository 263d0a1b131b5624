/*
 * Faults of a disk for one process: a library to be preloaded (LD_PRELOAD) on Linux with glibc.
 * Without its environment variables it does nothing. Their paths are absolute.
 *
 *   VASCA_FAULT_WATCHED=DIR   Only what lies in DIR is touched.
 *   VASCA_FAULT_SHADOW=DIR2   Power loss: DIR2 holds at any time what one would leave of DIR.
 *   VASCA_FAULT_SWITCH=FILE   While FILE exists, its first word says what fails in DIR:
 *     full   what needs space fails with ENOSPC, and no space is told to be free
 *     sync   fsync and fdatasync fail with EIO, and nothing reaches the shadow by them
 *     low    no space is told to be free; everything works
 *
 * The shadow. Beside it, in `DIR2.inodes`, each file of DIR has a twin, found by the file's device,
 * inode and time of birth; the names in DIR2 are hard links to twins. So bytes and names become
 * durable apart from each other, as they do on a disk:
 *   - fsync and fdatasync of a file copy its bytes into its twin, in place and block by block, so
 *     that a kill on the way leaves a mixture and never less than there was. A twin without a name
 *     gets one: that from before a rename which is pending, or else the present one (ext4 does that
 *     too, although nobody has synced the folder).
 *   - fsync of a folder gives its counterpart exactly its names. Only now do creations, renames,
 *     links and unlinks count; a file that was never synced is there and empty.
 *   - What stands in DIR when the first process starts counts as being on the disk. Later processes
 *     with the same DIR2 go on with it.
 * Nothing else makes anything durable: not write, close, sync_file_range, msync, sync, syncfs,
 * O_SYNC or O_DIRECT. What was written before the copy is made may be in it though nobody synced
 * it, as on a disk.
 *
 * What it does not see. System calls that do not go through libc's dynamic symbols pass by: raw
 * ones (rustix with its default backend, io_uring), those inside libc (stdio, mkstemp, remove),
 * and all of a static binary. Names that change so are found by the next fsync of their folder.
 *
 * What it does not do. Writes through a mapping and FICLONE find space on a full disk. A folder
 * that is renamed takes its place in the shadow at once. A failed fsync keeps the bytes for the
 * next one, where Linux may drop them; sync_file_range does not fail. One process at a time uses a
 * shadow.
 */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE /* It would define inline what is defined here. */

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(sizeof(off_t) == 8, "the calls with and without 64 in their name are the same here");

/* Bytes that are compared and copied at once. */
enum { BLOCK = 1 << 16 };

enum fault { NONE, FULL, SYNC, LOW };

/* Absolute, without symbolic links; empty when not asked for. */
static char watched[PATH_MAX], shadow[PATH_MAX], inodes[PATH_MAX], fault_switch[PATH_MAX];

/* Held by whoever changes the shadow, and while names of DIR change. */
static pthread_mutex_t shadow_lock = PTHREAD_MUTEX_INITIALIZER;

/* A fault of this library, or of the disk beneath it, must not look like one of the program. */
static void give_up(const char *what, const char *path) {
  dprintf(STDERR_FILENO, "faults/disk.c: %s %s: %s\n", what, path, strerror(errno));
  abort();
}

static void *next_symbol(void **slot, const char *name) {
  void *found = __atomic_load_n(slot, __ATOMIC_RELAXED);
  if (found == NULL) {
    found = dlsym(RTLD_NEXT, name);
    if (found == NULL) give_up("the C library lacks", name);
    __atomic_store_n(slot, found, __ATOMIC_RELAXED);
  }
  return found;
}

/* The function that a function of this file stands before. */
#define REAL(call) \
  ({ static void *slot; (__typeof__(&call))next_symbol(&slot, #call); })

__attribute__((format(printf, 2, 3))) static void put(char *path, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(path, PATH_MAX, format, arguments);
  va_end(arguments);
  if (length < 0 || length >= PATH_MAX) give_up("too long:", path);
}

/* ---- Which paths count ---- */

/* What follows DIR in a path, beginning with a slash or empty; NULL outside DIR. */
static const char *below(const char *path) {
  size_t length = strlen(watched);
  if (length == 0 || strncmp(path, watched, length) != 0) return NULL;
  return path[length] == '/' || path[length] == '\0' ? path + length : NULL;
}

/* The path by which a descriptor was opened, as it is called now. */
static bool path_of(int fd, char *path) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return true;
}

static bool is_below(int fd) {
  char path[PATH_MAX];
  int before = errno;
  bool found = watched[0] != '\0' && path_of(fd, path) && below(path) != NULL;
  errno = before;
  return found;
}

/* The absolute path of a name that need not exist and is not followed; its folder must exist. */
static bool resolve(int folder, const char *name, char *path) {
  char joined[PATH_MAX], parent[PATH_MAX];
  char start[64] = "./";
  if (name[0] == '/') start[0] = '\0';
  else if (folder != AT_FDCWD) snprintf(start, sizeof start, "/proc/self/fd/%d/", folder);
  int length = snprintf(joined, PATH_MAX, "%s%s", start, name);
  if (length < 0 || length >= PATH_MAX) return false;
  while (length > 1 && joined[length - 1] == '/') joined[--length] = '\0';
  char *slash = strrchr(joined, '/');
  const char *last = slash + 1;
  if (*last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0) {
    return realpath(joined, path) != NULL;
  }
  *slash = '\0';
  if (realpath(slash == joined ? "/" : joined, parent) == NULL) return false;
  put(path, "%s/%s", strcmp(parent, "/") == 0 ? "" : parent, last);
  return true;
}

/* Whether a name lies in DIR and nothing has it yet. */
static bool is_new_below(int folder, const char *name) {
  char path[PATH_MAX];
  struct stat found;
  int before = errno;
  bool is_new = resolve(folder, name, path) && below(path) != NULL && lstat(path, &found) != 0;
  errno = before;
  return is_new;
}

/* ---- The switch ---- */

static enum fault fault(void) {
  if (watched[0] == '\0' || fault_switch[0] == '\0') return NONE;
  int before = errno;
  int file = REAL(open)(fault_switch, O_RDONLY | O_CLOEXEC);
  char text[16] = "", word[16] = "";
  if (file >= 0) {
    if (read(file, text, sizeof text - 1) < 0) give_up("cannot read", fault_switch);
    close(file);
    sscanf(text, "%15s", word);
  } else if (errno != ENOENT) {
    give_up("cannot open", fault_switch);
  }
  errno = before;
  if (word[0] == '\0') return NONE; /* Not there, or about to be written. */
  if (strcmp(word, "full") == 0) return FULL;
  if (strcmp(word, "sync") == 0) return SYNC;
  if (strcmp(word, "low") == 0) return LOW;
  give_up("no such fault:", word);
  return NONE;
}

static bool is_full(int fd) { return fault() == FULL && is_below(fd); }

static bool is_full_for(int folder, const char *name) {
  return fault() == FULL && is_new_below(folder, name);
}

static int fails_with(int error) {
  errno = error;
  return -1;
}

/* ---- Twins ---- */

/* The file behind a name, or behind a descriptor where the name is empty. */
static bool identify(int folder, const char *name, struct statx *found) {
  unsigned wanted = STATX_BASIC_STATS | STATX_BTIME;
  return statx(folder, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, wanted, found) == 0;
}

/* The time of birth tells a file from an earlier one whose inode it has been given. */
static void put_twin(char *path, const struct statx *file) {
  put(path, "%s/%x.%x-%llx-%llx.%x", inodes, file->stx_dev_major, file->stx_dev_minor,
      (unsigned long long)file->stx_ino, (unsigned long long)file->stx_btime.tv_sec,
      file->stx_btime.tv_nsec);
}

/* Where the name is noted that a file had before its first rename, while its twin has none. */
static void put_first_name(char *path, const char *twin) { put(path, "%s.name", twin); }

static bool is_same(const struct statx *one, const struct statx *other) {
  char path[PATH_MAX], other_path[PATH_MAX];
  put_twin(path, one);
  put_twin(other_path, other);
  return strcmp(path, other_path) == 0;
}

static int open_twin(const char *twin, const struct statx *file) {
  int opened = REAL(open)(twin, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (opened < 0) give_up("cannot open", twin);
  fchmod(opened, (file->stx_mode & 07777) | 0600);
  return opened;
}

static int remove_one(const char *path, const struct stat *found, int kind, struct FTW *place) {
  (void)found, (void)kind, (void)place;
  return remove(path);
}

static void remove_all(const char *path) {
  if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT) {
    give_up("cannot remove", path);
  }
}

/* Makes the folders above a path in the shadow; what is there under their names is stale. */
static void make_parents(const char *path) {
  char folder[PATH_MAX];
  struct stat found;
  put(folder, "%s", path);
  for (char *at = folder + strlen(shadow); (at = strchr(at + 1, '/')) != NULL; *at = '/') {
    *at = '\0';
    if (lstat(folder, &found) == 0 && !S_ISDIR(found.st_mode)) remove_all(folder);
    if (REAL(mkdir)(folder, 0700) != 0 && errno != EEXIST) give_up("cannot make", folder);
  }
}

/* Moves something into the shadow; a file takes the place of another without a gap. */
static void move_in(const char *from, const char *place) {
  struct stat moved, found;
  make_parents(place);
  if (lstat(from, &moved) != 0) give_up("cannot find", from);
  bool is_taken = lstat(place, &found) == 0;
  if (is_taken && (S_ISDIR(moved.st_mode) || S_ISDIR(found.st_mode))) remove_all(place);
  if (REAL(renameat2)(AT_FDCWD, from, AT_FDCWD, place, 0) != 0) give_up("cannot make", place);
}

/* Gives a twin a name in the shadow. */
static void name_twin(const char *twin, const char *place) {
  char new[PATH_MAX];
  struct stat here, there;
  if (lstat(twin, &here) != 0) give_up("no twin", twin);
  if (lstat(place, &there) == 0 && here.st_ino == there.st_ino) return;
  put(new, "%s/new", inodes);
  remove_all(new);
  if (REAL(linkat)(AT_FDCWD, twin, AT_FDCWD, new, 0) != 0) give_up("cannot link", new);
  move_in(new, place);
}

/* Reads a whole block where there is one. */
static size_t read_block(int fd, char *block, off_t at) {
  size_t length = 0;
  while (length < BLOCK) {
    ssize_t got = pread(fd, block + length, BLOCK - length, at + (off_t)length);
    if (got < 0) give_up("cannot read", "a file or its twin");
    if (got == 0) break;
    length += (size_t)got;
  }
  return length;
}

static void write_block(int fd, const char *block, size_t length, off_t at) {
  while (length > 0) {
    ssize_t put = REAL(pwrite)(fd, block, length, at);
    if (put <= 0) give_up("cannot write", "a twin");
    block += put, length -= (size_t)put, at += put;
  }
}

/* Makes the bytes of one file those of another, in place; equal blocks are left alone. */
static void copy_bytes(int from, int to) {
  static char wanted[BLOCK], there[BLOCK]; /* Under the lock. */
  off_t at = 0;
  size_t length;
  do {
    length = read_block(from, wanted, at);
    if (read_block(to, there, at) < length || memcmp(wanted, there, length) != 0) {
      write_block(to, wanted, length, at);
    }
    at += (off_t)length;
  } while (length == BLOCK);
  if (REAL(ftruncate)(to, at) != 0) give_up("cannot shorten", "a twin");
}

/* The place in the shadow for a file that has none; false for one without a name. */
static bool find_place(const char *name, const struct statx *file, const char *twin, char *place) {
  char note[PATH_MAX], first[PATH_MAX];
  struct stat taken;
  struct statx named;
  put_first_name(note, twin);
  ssize_t length = readlink(note, first, PATH_MAX - 1);
  if (length > 0) {
    first[length] = '\0';
    put(place, "%s%s", shadow, first);
    /* Another file has come to that name since and is durable there. */
    if (lstat(place, &taken) != 0) return true;
  }
  if (!identify(AT_FDCWD, name, &named) || !is_same(&named, file)) return false;
  put(place, "%s%s", shadow, below(name));
  return true;
}

/* What the fsync of a file makes durable. */
static void keep_file(int fd, const char *name, const struct statx *file) {
  char self[64], twin[PATH_MAX], note[PATH_MAX], place[PATH_MAX];
  struct stat twins;
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  put_twin(twin, file);
  int from = REAL(open)(self, O_RDONLY | O_CLOEXEC), to = open_twin(twin, file);
  if (from < 0 || fstat(to, &twins) != 0) give_up("cannot read", name);
  copy_bytes(from, to);
  if (twins.st_nlink == 1 && find_place(name, file, twin, place)) name_twin(twin, place);
  put_first_name(note, twin);
  REAL(unlink)(note);
  close(from);
  close(to);
}

/* ---- Folders ---- */

static void keep_folder(const char *name, bool with_contents);

static void keep_symlink(const char *name, const char *place) {
  char target[PATH_MAX], there[PATH_MAX], new[PATH_MAX];
  ssize_t length = readlink(name, target, PATH_MAX - 1);
  if (length < 0) return;
  target[length] = '\0';
  if (readlink(place, there, PATH_MAX) == length && memcmp(target, there, length) == 0) return;
  put(new, "%s/new", inodes);
  remove_all(new);
  if (REAL(symlink)(target, new) != 0) give_up("cannot link", new);
  move_in(new, place);
}

/* Makes one name of a folder durable, and what has it, where wanted. */
static void keep_name(const char *name, bool with_contents) {
  char place[PATH_MAX], twin[PATH_MAX], inside[PATH_MAX + 2];
  struct statx file;
  if (!identify(AT_FDCWD, name, &file)) return; /* Somebody has just removed it. */
  put(place, "%s%s", shadow, below(name));
  if (S_ISREG(file.stx_mode)) {
    put_twin(twin, &file);
    close(open_twin(twin, &file));
    name_twin(twin, place);
    int opened = with_contents ? REAL(open)(name, O_RDONLY | O_CLOEXEC) : -1;
    if (opened >= 0) keep_file(opened, name, &file);
    if (opened >= 0) close(opened);
  } else if (S_ISLNK(file.stx_mode)) {
    keep_symlink(name, place);
  } else if (S_ISDIR(file.stx_mode)) {
    snprintf(inside, sizeof inside, "%s/.", place);
    make_parents(inside);
    if (with_contents) keep_folder(name, true);
  }
}

static bool is_dots(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

/* What the fsync of a folder makes durable: new names first, so that a rename loses nothing. */
static void keep_folder(const char *name, bool with_contents) {
  char place[PATH_MAX], path[PATH_MAX], inside[PATH_MAX + 2];
  struct statx found;
  struct dirent *entry;
  put(place, "%s%s", shadow, below(name));
  snprintf(inside, sizeof inside, "%s/.", place);
  make_parents(inside);
  DIR *here = opendir(name), *there = opendir(place);
  while (here != NULL && (entry = readdir(here)) != NULL) {
    put(path, "%s/%s", name, entry->d_name);
    if (!is_dots(entry->d_name)) keep_name(path, with_contents);
  }
  while (here != NULL && there != NULL && (entry = readdir(there)) != NULL) {
    put(path, "%s/%s", place, entry->d_name);
    if (!is_dots(entry->d_name) && !identify(dirfd(here), entry->d_name, &found)) remove_all(path);
  }
  if (here != NULL) closedir(here);
  if (there != NULL) closedir(there);
}

static int synced(int fd, int (*sync)(int)) {
  char name[PATH_MAX];
  struct statx file, named;
  if (!is_below(fd)) return sync(fd);
  if (fault() == SYNC) return fails_with(EIO);
  int result = sync(fd);
  if (result != 0 || shadow[0] == '\0') return result;
  int before = errno;
  pthread_mutex_lock(&shadow_lock);
  if (path_of(fd, name) && identify(fd, "", &file)) {
    if (S_ISREG(file.stx_mode)) keep_file(fd, name, &file);
    /* A folder that has been removed has no name. */
    bool is_named = identify(AT_FDCWD, name, &named) && is_same(&named, &file);
    if (S_ISDIR(file.stx_mode) && is_named) keep_folder(name, false);
  }
  pthread_mutex_unlock(&shadow_lock);
  errno = before;
  return result;
}

int fsync(int fd) { return synced(fd, REAL(fsync)); }
int fdatasync(int fd) { return synced(fd, REAL(fdatasync)); }

/* ---- Names that change: what they were must be known when they become durable ---- */

static void forget(const struct statx *file) {
  char twin[PATH_MAX], note[PATH_MAX];
  put_twin(twin, file);
  put_first_name(note, twin);
  REAL(unlink)(twin);
  REAL(unlink)(note);
}

static bool is_last_name(const struct statx *file) {
  return S_ISREG(file->stx_mode) && file->stx_nlink == 1;
}

static void note_first_name(const struct statx *file, const char *name) {
  char twin[PATH_MAX], note[PATH_MAX];
  struct stat found;
  put_twin(twin, file);
  put_first_name(note, twin);
  if (lstat(twin, &found) != 0 && REAL(symlink)(below(name), note) != 0 && errno != EEXIST) {
    give_up("cannot note", note);
  }
}

static void move_folder(const char *from, const char *to) {
  char old[PATH_MAX], new[PATH_MAX];
  struct stat found;
  put(old, "%s%s", shadow, below(from));
  put(new, "%s%s", shadow, below(to));
  if (lstat(old, &found) == 0 && strcmp(old, new) != 0) move_in(old, new);
}

static int renamed(int folder, const char *from, int to_folder, const char *to, unsigned flags) {
  char old[PATH_MAX], new[PATH_MAX];
  struct statx moved, replaced;
  if (shadow[0] == '\0') return REAL(renameat2)(folder, from, to_folder, to, flags);
  pthread_mutex_lock(&shadow_lock);
  bool from_here = resolve(folder, from, old) && below(old) && identify(AT_FDCWD, old, &moved);
  bool to_here = resolve(to_folder, to, new) && below(new);
  bool replaces = to_here && identify(AT_FDCWD, new, &replaced) && is_last_name(&replaced);
  int result = REAL(renameat2)(folder, from, to_folder, to, flags);
  int before = errno;
  if (result == 0 && !(flags & RENAME_EXCHANGE)) {
    if (from_here && S_ISREG(moved.stx_mode)) note_first_name(&moved, old);
    if (from_here && to_here && S_ISDIR(moved.stx_mode)) move_folder(old, new);
    if (replaces && !(from_here && is_same(&moved, &replaced))) forget(&replaced);
  }
  pthread_mutex_unlock(&shadow_lock);
  errno = before;
  return result;
}

int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }

int renameat(int folder, const char *from, int to_folder, const char *to) {
  return renamed(folder, from, to_folder, to, 0);
}

int renameat2(int folder, const char *from, int to_folder, const char *to, unsigned flags) {
  return renamed(folder, from, to_folder, to, flags);
}

int unlinkat(int folder, const char *name, int flags) {
  char path[PATH_MAX];
  struct statx file;
  if (shadow[0] == '\0' || (flags & AT_REMOVEDIR)) return REAL(unlinkat)(folder, name, flags);
  pthread_mutex_lock(&shadow_lock);
  bool ends = resolve(folder, name, path) && below(path) && identify(AT_FDCWD, path, &file) &&
              is_last_name(&file);
  int result = REAL(unlinkat)(folder, name, flags);
  int before = errno;
  if (result == 0 && ends) forget(&file);
  pthread_mutex_unlock(&shadow_lock);
  errno = before;
  return result;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }

/* ---- A full disk ---- */

ssize_t write(int fd, const void *from, size_t length) {
  return is_full(fd) ? fails_with(ENOSPC) : REAL(write)(fd, from, length);
}

ssize_t writev(int fd, const struct iovec *from, int count) {
  return is_full(fd) ? fails_with(ENOSPC) : REAL(writev)(fd, from, count);
}

#define WRITES_AT(call) \
  ssize_t call(int fd, const void *from, size_t length, off_t at) { \
    return is_full(fd) ? fails_with(ENOSPC) : REAL(call)(fd, from, length, at); \
  }
WRITES_AT(pwrite)
WRITES_AT(pwrite64)

#define GATHERS_AT(call, call2) \
  ssize_t call(int fd, const struct iovec *from, int count, off_t at) { \
    return is_full(fd) ? fails_with(ENOSPC) : REAL(call)(fd, from, count, at); \
  } \
  ssize_t call2(int fd, const struct iovec *from, int count, off_t at, int flags) { \
    return is_full(fd) ? fails_with(ENOSPC) : REAL(call2)(fd, from, count, at, flags); \
  }
GATHERS_AT(pwritev, pwritev2)
GATHERS_AT(pwritev64, pwritev64v2)

ssize_t copy_file_range(int from, off_t *at, int to, off_t *to_at, size_t length, unsigned flags) {
  if (is_full(to)) return fails_with(ENOSPC);
  return REAL(copy_file_range)(from, at, to, to_at, length, flags);
}

#define SENDS(call) \
  ssize_t call(int to, int from, off_t *at, size_t length) { \
    return is_full(to) ? fails_with(ENOSPC) : REAL(call)(to, from, at, length); \
  }
SENDS(sendfile)
SENDS(sendfile64)

static bool grows(int fd, off_t length) {
  struct stat file;
  return is_full(fd) && fstat(fd, &file) == 0 && file.st_size < length;
}

#define RESIZES(call) \
  int call(int fd, off_t length) { \
    return grows(fd, length) ? fails_with(ENOSPC) : REAL(call)(fd, length); \
  }
RESIZES(ftruncate)
RESIZES(ftruncate64)

#define RESERVES(call, posix_call) \
  int call(int fd, int mode, off_t at, off_t length) { \
    bool frees = mode & FALLOC_FL_PUNCH_HOLE; \
    return !frees && is_full(fd) ? fails_with(ENOSPC) : REAL(call)(fd, mode, at, length); \
  } \
  int posix_call(int fd, off_t at, off_t length) { \
    return is_full(fd) ? ENOSPC : REAL(posix_call)(fd, at, length); \
  }
RESERVES(fallocate, posix_fallocate)
RESERVES(fallocate64, posix_fallocate64)

/* Whether an open needs a new inode where there is none left. */
static bool is_full_to_open(int folder, const char *path, int flags) {
  char real[PATH_MAX];
  if ((flags & O_TMPFILE) == O_TMPFILE) {
    return fault() == FULL && resolve(folder, path, real) && below(real);
  }
  return (flags & O_CREAT) && is_full_for(folder, path);
}

/* The mode is there only when it is needed. */
#define TAKE_MODE(mode, flags) \
  mode_t mode = 0; \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) { \
    va_list arguments; \
    va_start(arguments, flags); \
    mode = va_arg(arguments, mode_t); \
    va_end(arguments); \
  }

#define OPENS(call, call_at) \
  int call(const char *path, int flags, ...) { \
    TAKE_MODE(mode, flags) \
    bool fails = is_full_to_open(AT_FDCWD, path, flags); \
    return fails ? fails_with(ENOSPC) : REAL(call)(path, flags, mode); \
  } \
  int call_at(int folder, const char *path, int flags, ...) { \
    TAKE_MODE(mode, flags) \
    bool fails = is_full_to_open(folder, path, flags); \
    return fails ? fails_with(ENOSPC) : REAL(call_at)(folder, path, flags, mode); \
  }
OPENS(open, openat)
OPENS(open64, openat64)

int mkdir(const char *path, mode_t mode) {
  return is_full_for(AT_FDCWD, path) ? fails_with(ENOSPC) : REAL(mkdir)(path, mode);
}

int linkat(int folder, const char *from, int to_folder, const char *to, int flags) {
  if (is_full_for(to_folder, to)) return fails_with(ENOSPC);
  return REAL(linkat)(folder, from, to_folder, to, flags);
}

int link(const char *from, const char *to) {
  return is_full_for(AT_FDCWD, to) ? fails_with(ENOSPC) : REAL(link)(from, to);
}

int symlink(const char *target, const char *path) {
  return is_full_for(AT_FDCWD, path) ? fails_with(ENOSPC) : REAL(symlink)(target, path);
}

/* ---- What is told of free space ---- */

static bool hides_space(void) {
  enum fault now = fault();
  return now == FULL || now == LOW;
}

static bool hides_space_at(const char *path) {
  char real[PATH_MAX];
  return hides_space() && realpath(path, real) != NULL && below(real) != NULL;
}

#define TELLS_SPACE(call, fd_call, kind) \
  int call(const char *path, struct kind *told) { \
    int result = REAL(call)(path, told); \
    if (result == 0 && hides_space_at(path)) told->f_bavail = told->f_bfree = 0; \
    return result; \
  } \
  int fd_call(int fd, struct kind *told) { \
    int result = REAL(fd_call)(fd, told); \
    if (result == 0 && hides_space() && is_below(fd)) told->f_bavail = told->f_bfree = 0; \
    return result; \
  }
TELLS_SPACE(statvfs, fstatvfs, statvfs)
TELLS_SPACE(statvfs64, fstatvfs64, statvfs64)
TELLS_SPACE(statfs, fstatfs, statfs)
TELLS_SPACE(statfs64, fstatfs64, statfs64)

/* ---- The start ---- */

/* The real path that a folder has or will have: what does not exist yet will be no link. */
static void put_real(char *path, const char *variable) {
  char head[PATH_MAX], rest[PATH_MAX] = "", longer[PATH_MAX];
  const char *value = getenv(variable);
  if (value == NULL || value[0] == '\0') return;
  if (value[0] != '/') give_up("not an absolute path:", value);
  put(head, "%s", value);
  while (realpath(head, path) == NULL) {
    char *slash = strrchr(head, '/');
    put(longer, "%s%s", slash, rest);
    put(rest, "%s", longer);
    *(slash == head ? slash + 1 : slash) = '\0';
  }
  put(head, "%s%s", path, rest);
  put(path, "%s", head);
}

static void lock_shadow(void) { pthread_mutex_lock(&shadow_lock); }
static void unlock_shadow(void) { pthread_mutex_unlock(&shadow_lock); }

__attribute__((constructor)) static void start(void) {
  int before = errno;
  put_real(fault_switch, "VASCA_FAULT_SWITCH");
  put_real(shadow, "VASCA_FAULT_SHADOW");
  put_real(watched, "VASCA_FAULT_WATCHED");
  if (watched[0] == '\0') shadow[0] = '\0';
  if (shadow[0] != '\0') {
    if (below(shadow) != NULL) give_up("the shadow lies in what it shadows:", shadow);
    put(inodes, "%s.inodes", shadow);
    pthread_atfork(lock_shadow, unlock_shadow, unlock_shadow);
    if (REAL(mkdir)(shadow, 0700) != 0 && errno != EEXIST) give_up("cannot make", shadow);
    if (REAL(mkdir)(inodes, 0700) == 0) keep_folder(watched, true);
    else if (errno != EEXIST) give_up("cannot make", inodes);
  }
  errno = before;
}
