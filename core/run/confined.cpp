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
#include <sstream>
#include <string>

namespace kindred::run {
namespace {

// Calls that are younger than the library; they have one number on all machines.
constexpr int kFchmodat2 = 452, kSetxattrat = 463, kRemovexattrat = 466;

constexpr char kOtherPrograms[] = "execve execveat fork vfork";
constexpr char kOtherProcesses[] =
    "ptrace process_vm_readv process_vm_writev process_madvise pidfd_open pidfd_getfd kcmp "
    "setpriority ioprio_set sched_setscheduler sched_setparam sched_setattr";
constexpr char kOtherWorlds[] =
    "mount umount2 unshare setns open_tree move_mount mount_setattr fsopen fsmount chroot "
    "pivot_root";
constexpr char kKernel[] =
    "bpf perf_event_open userfaultfd keyctl add_key request_key init_module finit_module "
    "delete_module "
    "kexec_load kexec_file_load reboot swapon swapoff sethostname setdomainname settimeofday "
    "clock_settime clock_adjtime adjtimex acct syslog quotactl";
constexpr char kFiles[] =
    "creat truncate rename renameat renameat2 unlink unlinkat mkdir mkdirat rmdir link linkat "
    "symlink symlinkat mknod mknodat open_by_handle_at";
constexpr char kFilesProperties[] =
    "chmod fchmod fchmodat chown fchown fchownat lchown setxattr lsetxattr fsetxattr removexattr "
    "lremovexattr fremovexattr utime utimes futimesat utimensat";
constexpr char kMessages[] =
    "socket socketpair connect mq_open mq_unlink msgget msgsnd msgrcv msgctl semget semop "
    "semtimedop "
    "semctl shmget shmat shmctl";

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

void refuse(const Filter& filter, int call, int reason = EPERM) {
  seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(reason)), call, 0);
}

// Calls by their names, a blank between two; this machine may lack some.
void refuse(const Filter& filter, const std::string& names, int reason = EPERM) {
  std::istringstream words(names);
  for (std::string name; words >> name;) {
    const int call = seccomp_syscall_resolve_name(name.c_str());
    if (call >= 0) refuse(filter, call, reason);
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
  refuse(filter, "kill tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_send_signal");
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
  for (const char* const calls : {kOtherPrograms, kOtherProcesses, kOtherWorlds, kKernel}) {
    refuse(filter, calls);
  }
  refuseToReachOthers(filter);
  // Their arguments stand in memory, where a filter can't see them: callers fall back on others.
  refuse(filter, "io_uring_setup clone3", ENOSYS);
  if (!remote) {
    refuse(filter, "openat2", ENOSYS);
    refuseToOpenForWriting(filter, SCMP_SYS(open), 1);
    refuseToOpenForWriting(filter, SCMP_SYS(openat), 2);
    for (const char* const calls : {kFiles, kFilesProperties, kMessages}) refuse(filter, calls);
    for (const int call : {kFchmodat2, kSetxattrat, kRemovexattrat}) refuse(filter, call);
  }
  return seccomp_load(filter.get()) == 0;
}

}  // namespace kindred::run
