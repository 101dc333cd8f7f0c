// The picture that a customer of the demo sends: a damaged parcel, 48 x 48, as PNG (RFC 2083). Served by demo_provider.
#pragma once

#include <string>

namespace inboxd::app {

std::string demo_picture();

}  // namespace inboxd::app
