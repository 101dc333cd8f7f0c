// mkdtemp(3), removal at the end, pthread_sigmask(3). Called by demo.cpp; never touches anything outside its folder.
#include "daemon/app/demo_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string>
#include <system_error>

namespace inboxd::app {

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "inboxd-demo-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "cannot make the temporary folder " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
  if (error) std::cerr << "inboxd: " << path_.string() << " is not removed: " << error.message() << '\n';
}

HeldSignals::HeldSignals() {
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before_);
  hold();
}

HeldSignals::~HeldSignals() { release(); }

void HeldSignals::hold() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
}

void HeldSignals::release() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

}  // namespace inboxd::app
