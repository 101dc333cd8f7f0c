// `inboxd demo`.
#include "daemon/app/commands.hpp"

namespace inboxd::app {
ExitCode demo(const DemoOptions&) { return ExitCode::unavailable; }
}  // namespace inboxd::app
