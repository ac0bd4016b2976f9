#include "run/confined.hpp"

#include <fcntl.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <initializer_list>
#include <memory>

namespace kindred::run {
namespace {

// Calls that are younger than the library; they have one number on all machines.
constexpr int kFchmodat2 = 452, kSetxattrat = 463, kRemovexattrat = 466;

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

void refuse(const Filter& filter, std::initializer_list<int> calls, int reason = EPERM) {
  for (const int call : calls) {
    seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(reason)), call, 0);
  }
}

// Where the argument, of 32 bits as the kernel takes it, and the mask come to this.
void refuseWhere(const Filter& filter, int call, unsigned argument, std::uint32_t mask,
                 std::uint32_t value) {
  const scmp_arg_cmp met{argument, SCMP_CMP_MASKED_EQ, mask, value};
  seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 1, &met);
}

// Where the argument, a process, is any but the one named.
void refuseForOthersThan(const Filter& filter, pid_t process, int call, unsigned argument) {
  const scmp_arg_cmp other{argument, SCMP_CMP_NE, static_cast<scmp_datum_t>(process), 0};
  seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 1, &other);
}

// Every way to open for writing; reading alone has none of these bits.
void refuseToOpenForWriting(const Filter& filter, int call, unsigned argument) {
  for (const int bit : {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC}) {
    const auto mask = static_cast<std::uint32_t>(bit);
    refuseWhere(filter, call, argument, mask, mask);
  }
}

// Signals and limits reach other processes of the user without being open to them; a terminal takes
// what is typed for it from any process that has it.
void refuseToReachOthers(const Filter& filter) {
  refuse(filter, {SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(rt_sigqueueinfo),
                  SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(pidfd_send_signal)});
  refuseForOthersThan(filter, ::getpid(), SCMP_SYS(tgkill), 0);  // raise() and abort() need it
  refuseForOthersThan(filter, 0, SCMP_SYS(prlimit64), 0);        // 0: this one
  for (const int command : {F_SETOWN, F_SETOWN_EX, F_SETSIG}) {  // whom a file signals, and how
    refuseWhere(filter, SCMP_SYS(fcntl), 1, ~std::uint32_t{0}, static_cast<std::uint32_t>(command));
  }
  for (const unsigned long request : {TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP}) {
    refuseWhere(filter, SCMP_SYS(ioctl), 1, ~std::uint32_t{0}, static_cast<std::uint32_t>(request));
  }
  // A thread of this process is none of its children.
  refuseWhere(filter, SCMP_SYS(clone), 0, CLONE_THREAD, 0);
}

}  // namespace

bool confine(bool remote) {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (filter == nullptr) return false;
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  refuse(filter, {SCMP_SYS(execve),
                  SCMP_SYS(execveat),
                  SCMP_SYS(fork),
                  SCMP_SYS(vfork),
                  SCMP_SYS(ptrace),
                  SCMP_SYS(process_vm_readv),
                  SCMP_SYS(process_vm_writev),
                  SCMP_SYS(pidfd_open),
                  SCMP_SYS(pidfd_getfd),
                  SCMP_SYS(process_madvise),
                  SCMP_SYS(kcmp),
                  SCMP_SYS(mount),
                  SCMP_SYS(umount2),
                  SCMP_SYS(unshare),
                  SCMP_SYS(setns),
                  SCMP_SYS(open_tree),
                  SCMP_SYS(move_mount),
                  SCMP_SYS(fsopen),
                  SCMP_SYS(chroot),
                  SCMP_SYS(pivot_root),
                  SCMP_SYS(bpf),
                  SCMP_SYS(perf_event_open),
                  SCMP_SYS(userfaultfd),
                  SCMP_SYS(keyctl),
                  SCMP_SYS(add_key),
                  SCMP_SYS(request_key),
                  SCMP_SYS(setpriority),
                  SCMP_SYS(ioprio_set),
                  SCMP_SYS(sched_setscheduler),
                  SCMP_SYS(sched_setparam),
                  SCMP_SYS(sched_setattr)});
  refuseToReachOthers(filter);
  // Their arguments stand in memory, where a filter can't see them: callers fall back on others.
  refuse(filter, {SCMP_SYS(io_uring_setup), SCMP_SYS(clone3)}, ENOSYS);
  if (!remote) {
    refuse(filter, {SCMP_SYS(openat2)}, ENOSYS);
    refuseToOpenForWriting(filter, SCMP_SYS(open), 1);
    refuseToOpenForWriting(filter, SCMP_SYS(openat), 2);
    refuse(filter, {SCMP_SYS(open_by_handle_at),
                    SCMP_SYS(utime),
                    SCMP_SYS(utimes),
                    SCMP_SYS(futimesat),
                    SCMP_SYS(removexattr),
                    SCMP_SYS(lremovexattr),
                    SCMP_SYS(fremovexattr),
                    SCMP_SYS(mq_open),
                    SCMP_SYS(mq_unlink),
                    SCMP_SYS(msgget),
                    SCMP_SYS(semget),
                    SCMP_SYS(shmget),
                    SCMP_SYS(creat),
                    SCMP_SYS(truncate),
                    SCMP_SYS(rename),
                    SCMP_SYS(renameat),
                    SCMP_SYS(renameat2),
                    SCMP_SYS(unlink),
                    SCMP_SYS(unlinkat),
                    SCMP_SYS(mkdir),
                    SCMP_SYS(mkdirat),
                    SCMP_SYS(rmdir),
                    SCMP_SYS(link),
                    SCMP_SYS(linkat),
                    SCMP_SYS(symlink),
                    SCMP_SYS(symlinkat),
                    SCMP_SYS(mknod),
                    SCMP_SYS(mknodat),
                    SCMP_SYS(chmod),
                    SCMP_SYS(fchmod),
                    SCMP_SYS(fchmodat),
                    SCMP_SYS(chown),
                    SCMP_SYS(fchown),
                    SCMP_SYS(fchownat),
                    SCMP_SYS(lchown),
                    SCMP_SYS(setxattr),
                    SCMP_SYS(lsetxattr),
                    SCMP_SYS(fsetxattr),
                    SCMP_SYS(utimensat),
                    SCMP_SYS(socket),
                    SCMP_SYS(socketpair),
                    SCMP_SYS(connect)});
    refuse(filter, {kFchmodat2, kSetxattrat, kRemovexattrat});
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace kindred::run
