#include "run/confined.hpp"

#include <fcntl.h>
#include <seccomp.h>

#include <cerrno>
#include <initializer_list>
#include <memory>

namespace kindred::run {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

void refuse(const Filter& filter, std::initializer_list<int> calls, int reason = EPERM) {
  for (const int call : calls) {
    seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(reason)), call, 0);
  }
}

// Every way to open for writing; reading alone has none of these bits.
void refuseToOpenForWriting(const Filter& filter, int call, unsigned argument) {
  for (const int bit : {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC}) {
    const auto mask = static_cast<scmp_datum_t>(bit);
    const scmp_arg_cmp set{argument, SCMP_CMP_MASKED_EQ, mask, mask};
    seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(EPERM), call, 1, &set);
  }
}

}  // namespace

bool confine(bool remote) {
  const Filter filter(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release);
  if (filter == nullptr) return false;
  seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);
  refuse(filter, {SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
                  SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
                  SCMP_SYS(kill), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal),
                  SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(unshare), SCMP_SYS(setns),
                  SCMP_SYS(bpf), SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key)});
  // Their arguments stand in memory, where a filter can't see them: callers fall back on others.
  refuse(filter, {SCMP_SYS(io_uring_setup)}, ENOSYS);
  if (!remote) {
    refuse(filter, {SCMP_SYS(openat2)}, ENOSYS);
    refuseToOpenForWriting(filter, SCMP_SYS(open), 1);
    refuseToOpenForWriting(filter, SCMP_SYS(openat), 2);
    refuse(filter,
           {SCMP_SYS(creat),      SCMP_SYS(truncate),  SCMP_SYS(rename),    SCMP_SYS(renameat),
            SCMP_SYS(renameat2),  SCMP_SYS(unlink),    SCMP_SYS(unlinkat),  SCMP_SYS(mkdir),
            SCMP_SYS(mkdirat),    SCMP_SYS(rmdir),     SCMP_SYS(link),      SCMP_SYS(linkat),
            SCMP_SYS(symlink),    SCMP_SYS(symlinkat), SCMP_SYS(mknod),     SCMP_SYS(mknodat),
            SCMP_SYS(chmod),      SCMP_SYS(fchmod),    SCMP_SYS(fchmodat),  SCMP_SYS(chown),
            SCMP_SYS(fchown),     SCMP_SYS(fchownat),  SCMP_SYS(lchown),    SCMP_SYS(setxattr),
            SCMP_SYS(lsetxattr),  SCMP_SYS(fsetxattr), SCMP_SYS(utimensat), SCMP_SYS(socket),
            SCMP_SYS(socketpair), SCMP_SYS(connect)});
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace kindred::run
