// The screenplay itself: change names, texts and times here. Read by demo_customers and demo_words; never acts.
#include "daemon/app/demo_stories.hpp"

#include <chrono>

namespace inboxd::app {
namespace {

using namespace std::chrono_literals;

enum Person : std::size_t { giulia, tom, marta, priya, luca, emma };

std::vector<DemoCustomer> customers() {
  return {
      {"giulia", "Giulia Ferri", "it", "support", {"Ho provato adesso e funziona. Grazie mille!", "Buona giornata!"}},
      {"tom", "Tom Baker", "en", "shop", {"Thanks, that worked.", "All good now, have a nice day."}},
      {"marta", "Marta Conti", "it", "shop", {"Grazie! Allora aspetto il pacco nuovo."}},
      {"priya", "Priya Shah", "en", "chat", {"Great, thanks for the quick answer!", "I just placed the order."}},
      {"luca", "Luca Bianchi", "it", "chat", {"Perfetto, grazie!"}},
      {"emma", "Emma Wood", "en", "support", {"Found it, thank you.", "That is all for today."}},
  };
}

std::vector<Moment> first_seconds() {
  return {
      {0ms, giulia, Deed::writes, "Ciao, non riesco ad accedere al mio account da stamattina."},
      {900ms, tom, Deed::writes, "My payment was blocked twice, but the money has left my account. Order 4471."},
      {1700ms, marta, Deed::sends_picture, "Il pacco dell'ordine 4502 è arrivato così."},
      {2500ms, priya, Deed::writes, "Hello! Do you ship to Ireland?"},
      {6s, marta, Deed::reacts, "😢"},
      {9s, giulia, Deed::types, {}, Occasion::unanswered},
      {12s, giulia, Deed::writes, "Mi dice «password scaduta», ma l'ho cambiata ieri.", Occasion::unanswered},
      {18s, tom, Deed::corrects, "My payment was blocked twice, but the money has left my account. Order 4417."},
      {24s, luca, Deed::types},
      {27s, luca, Deed::writes, "Buongiorno, vorrei cambiare l'indirizzo di consegna."},
      {40s, emma, Deed::writes, "Where can I download last month's invoice?"},
  };
}

std::vector<Moment> later() {
  return {
      {60s, luca, Deed::writes, "Il nuovo indirizzo è via Roma 12, Torino."},
      {80s, giulia, Deed::writes, "C'è qualcuno?", Occasion::unanswered},
      {105s, tom, Deed::writes, "Any news about my payment?", Occasion::unanswered},
      {130s, priya, Deed::writes, "Also: how long does delivery take?"},
      {160s, marta, Deed::writes, "Serve una foto anche dell'etichetta?", Occasion::unanswered},
      {200s, emma, Deed::writes, "Never mind the invoice of May, June is enough."},
      {240s, luca, Deed::writes, "Avete ricevuto l'indirizzo?", Occasion::unanswered},
  };
}

}  // namespace

std::vector<std::string> demo_inboxes() { return {"support", "shop", "chat"}; }

Screenplay demo_screenplay() {
  Screenplay play{customers(), first_seconds(), "Ciao Giulia, abbiamo ripristinato il tuo accesso: puoi riprovare?"};
  for (auto& moment : later()) play.moments.push_back(std::move(moment));
  return play;
}

}  // namespace inboxd::app
