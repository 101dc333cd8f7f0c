// The admin socket's part of `inboxd doctor`: an inbox that the daemon looks at while the command asks what it found.
// POST /admin/examinations {"inbox", "send"} begins, GET tells all that was found so far.
#pragma once

#include "daemon/http/router.hpp"
#include "daemon/ingest/examinations.hpp"

namespace inboxd::http {

void add_examination_routes(Router& router, ingest::Examinations& examinations);

}  // namespace inboxd::http
