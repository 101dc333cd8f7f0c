// How a delivery may move. Pure; asked by everything that reports on a send.
#pragma once

#include "schemas/types/message.hpp"

namespace inboxd::core {

/// Within one attempt states only advance: queued → sending → sent → delivered → read. `failed` may follow anything
/// before delivered; `uncertain` may become any later truth. A retry is a new attempt and starts from queued.
bool may_become(DeliveryState from, DeliveryState to);

}  // namespace inboxd::core
