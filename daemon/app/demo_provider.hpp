// The provider of the demo's inboxes: answers the loopback channel's requests (connectors/loopback/README.md) on the
// daemon's own listener, below /demo/{inbox}/, and hands what they carry to the customers. Checks the shared secret;
// keeps nothing itself.
#pragma once

#include "daemon/app/demo_customers.hpp"
#include "daemon/app/demo_webhooks.hpp"
#include "daemon/http/router.hpp"

namespace inboxd::app {

/// Before the server listens. `customers` and `address` outlive the server's last answer.
void add_demo_routes(http::Router& router, DemoCustomers& customers, const DemoAddress& address);

}  // namespace inboxd::app
