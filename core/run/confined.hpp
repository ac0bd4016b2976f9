// What the process of a plugin that did not come with the program may do from here on.
#pragma once

namespace kindred::run {

// All threads of this process may no longer start programs or processes, nor signal, limit or touch
// others, nor type into a terminal; unless `remote` models are still to be read, nor open a file
// for writing, change names or rights of files, or make sockets: such a call fails with EPERM
// (ENOSYS where callers have another way). What is open stays open. False where the kernel has no
// seccomp.
bool confine(bool remote);

}  // namespace kindred::run
