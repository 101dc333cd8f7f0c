// How customers act, answer and react, and what is printed of it. Called by demo.cpp (the start) and demo_provider
// (what agents send); never sees the store.
#include "daemon/app/demo_customers.hpp"

#include <algorithm>
#include <utility>

#include "schemas/json/writer.hpp"

namespace inboxd::app {
namespace {

constexpr std::size_t people_max = 1'000;      // the cast, and those whom agents write to first
constexpr std::size_t remembered_max = 1'000;  // messages that can still be edited, erased, reacted to
constexpr std::size_t waiting_max = 1'000;     // what customers are about to do; more and the provider says 429
constexpr std::size_t line_bytes_max = 300;    // of a text on the terminal
constexpr Milliseconds until_delivered{300};   // from the provider's answer
constexpr Milliseconds until_read{1'200};
constexpr Milliseconds until_typing{1'900};
constexpr Milliseconds until_thanks{3'200};

std::string quoted(const std::string& text) { return '"' + demo_line(text) + '"'; }

std::string with_files(const DemoReply& reply) {
  if (reply.files == 0) return quoted(reply.text);
  return quoted(reply.text) + " and " + std::to_string(reply.files) + (reply.files == 1 ? " file" : " files");
}

/// Somebody whom an agent wrote to first.
DemoCustomer somebody(const std::string& inbox, const std::string& id) {
  return {id, id, "en", inbox, {"Hello! I did not expect to hear from you. Thanks for writing."}};
}

}  // namespace

std::string demo_line(const std::string& text) {
  std::string line(cut_utf8(text, line_bytes_max));
  if (line.size() < text.size()) line += "…";
  std::replace_if(
      line.begin(), line.end(), [](unsigned char byte) { return byte < 0x20U || byte == 0x7FU; }, ' ');
  return line;
}

DemoCustomers::DemoCustomers(Screenplay play, Surroundings surroundings)
    : with_(std::move(surroundings)), moments_(std::move(play.moments)) {
  for (auto& customer : play.customers) people_.push_back({std::move(customer), 0, 0, {}});
}

void DemoCustomers::open(std::function<void()> opened) {
  opened_ = std::move(opened);
  act(moments_.front());
}

void DemoCustomers::go_on() {
  for (const auto& line : std::exchange(held_lines_, {})) with_.print(line);
  for (auto moment = moments_.begin() + 1; moment != moments_.end(); ++moment)
    with_.later.in(moment->at, [this, &moment = *moment] { act(moment); });
}

void DemoCustomers::act(const Moment& moment) {
  const auto person = moment.customer;
  Person& actor = people_[person];
  if (moment.occasion == Occasion::unanswered && actor.answers > 0) return;
  switch (moment.deed) {
    case Deed::types:
      return say(person, event("typing", actor), " is typing…");
    case Deed::writes:
      return say(person, new_message(person, moment.text), ": " + demo_line(moment.text));
    case Deed::sends_picture: {
      auto message = new_message(person, moment.text);
      const auto url = with_.address.origin + "/demo/" + actor.who.inbox + "/pictures/parcel.png";
      message["attachments"] = {{{"url", url}, {"name", "parcel.png"}, {"mime", "image/png"}}};
      return say(person, std::move(message), ": " + demo_line(moment.text) + " [picture: parcel.png]");
    }
    case Deed::corrects: {
      auto edit = event("edit", actor);
      edit["id"] = actor.last_message;
      edit["text"] = moment.text;
      return say(person, std::move(edit), " corrects: " + demo_line(moment.text));
    }
    case Deed::reacts: {
      auto reaction = event("reaction", actor);
      reaction["id"] = actor.last_message;
      reaction["emoji"] = moment.text;
      return say(person, std::move(reaction), " reacts: " + moment.text);
    }
  }
}

void DemoCustomers::say(std::size_t person, boost::json::object event, const std::string& what) {
  const auto& who = people_[person].who;
  const auto line = "← " + demo_line(who.name) + " (" + who.inbox + ")" + what;
  with_.webhooks.post(who.inbox, std::move(event), [this, line](Posted posted) {
    const auto told = posted == Posted::taken ? line : line + " (the daemon did not take it)";
    if (!opened_) return with_.print(told);
    held_lines_.push_back(told);
    std::exchange(opened_, nullptr)();
  });
}

boost::json::object DemoCustomers::event(const std::string& type, const Person& person) const {
  boost::json::object event;
  event["type"] = type;
  event["at"] = to_rfc3339(with_.clock.now());
  event["from"] = {{"id", person.who.id}, {"name", person.who.name}, {"language", person.who.language}};
  return event;
}

boost::json::object DemoCustomers::new_message(std::size_t person, const std::string& text) {
  Person& author = people_[person];
  author.last_message = author.who.id + '-' + std::to_string(++author.messages);
  remember(author.last_message, person);
  auto message = event("message", author);
  message["id"] = author.last_message;
  message["text"] = text;
  return message;
}

Result<std::string> DemoCustomers::receive(const std::string& inbox, const DemoReply& reply) {
  if (with_.later.waiting() >= waiting_max)
    return Error{ErrorCode::rate_limited, "The customers have too much to read.", Milliseconds{1'000}};
  auto person = find(inbox, reply.to);
  if (!person) {
    if (people_.size() >= people_max) return not_found("Nobody else lives here.");
    people_.push_back({somebody(inbox, reply.to), 0, 0, {}});
    person = people_.size() - 1;
  }
  auto id = "desk-" + std::to_string(++replies_);
  remember(id, *person);
  ++people_[*person].answers;
  with_.print("→ " + demo_line(people_[*person].who.name) + " (" + inbox + ") received: " + with_files(reply));
  react_to_answer(*person, id);
  return id;
}

void DemoCustomers::react_to_answer(std::size_t person, const std::string& message) {
  const auto receipt = [this, person, message](const std::string& state, const std::string& what) {
    auto report = event("receipt", people_[person]);
    report["id"] = message;
    report["state"] = state;
    say(person, std::move(report), what);
  };
  const auto answer = people_[person].answers - 1;
  with_.later.in(until_delivered, [receipt] { receipt("delivered", " has it on the phone"); });
  with_.later.in(until_read, [receipt] { receipt("read", " has read it"); });
  if (answer < people_[person].who.replies.size())
    with_.later.in(until_typing, [this, person] { say(person, event("typing", people_[person]), " is typing…"); });
  with_.later.in(until_thanks, [this, person, answer, message] { thank(person, answer, message); });
}

void DemoCustomers::thank(std::size_t person, std::size_t answer, const std::string& message) {
  const auto& replies = people_[person].who.replies;
  if (answer < replies.size()) return say(person, new_message(person, replies[answer]), ": " + replies[answer]);
  auto reaction = event("reaction", people_[person]);
  reaction["id"] = message;
  reaction["emoji"] = "👍";
  say(person, std::move(reaction), " reacts to your answer: 👍");
}

Result<void> DemoCustomers::tell(const std::string& inbox, const std::string& message, const std::string& what) {
  for (const auto& sent : sent_) {
    const auto& who = people_[sent.person].who;
    if (sent.message != message || who.inbox != inbox) continue;
    with_.print("→ " + demo_line(who.name) + " (" + inbox + ") " + demo_line(what));
    return {};
  }
  return not_found("Nobody here has that message.");
}

void DemoCustomers::notice(const std::string& inbox, const std::string& customer, const std::string& what) {
  if (const auto person = find(inbox, customer))
    with_.print("→ " + demo_line(people_[*person].who.name) + " (" + inbox + ") " + what);
}

std::optional<std::size_t> DemoCustomers::find(const std::string& inbox, const std::string& id) const {
  for (std::size_t i = 0; i < people_.size(); ++i)
    if (people_[i].who.id == id && people_[i].who.inbox == inbox) return i;
  return std::nullopt;
}

void DemoCustomers::remember(const std::string& message, std::size_t person) {
  sent_.push_back({message, person});
  if (sent_.size() > remembered_max) sent_.pop_front();
}

}  // namespace inboxd::app
