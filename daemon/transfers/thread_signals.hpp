// What each thread of daemon/transfers does first.
#pragma once

#include <pthread.h>
#include <signal.h>

namespace inboxd::transfers {

/// The daemon's signals belong to the net thread. SIGPIPE too: with CURLOPT_NOSIGNAL libcurl leaves it alone, and not
/// every TLS library that it is built with writes without raising it.
inline void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace inboxd::transfers
