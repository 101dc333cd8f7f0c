// What a subject is about, without what programs put around it. Used by placement.hpp.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::connectors::email {

/// Without "Re:", "AW:", "Fwd:" and their like in the languages of our users, counted or not ("Re[2]:"), and without
/// what stands in brackets around it (a list's name, a ticket number). Empty where too little is left to tell one
/// matter from another ("Question", "Hello").
std::string matter_of(std::string_view subject);

}  // namespace inboxd::connectors::email
