// What is fresh, signed and quoted, in the words of many languages and mail programs.
#include "connectors/email/text/split.hpp"

#include <ctime>
#include <string>

#include "tests/support/catch.hpp"

namespace inboxd::connectors::email {
namespace {

using Catch::Matchers::StartsWith;

TEST_CASE("an answer above its quotation is fresh, in every language", "[email]") {
  const std::string introduction = GENERATE(
      "On Mon, Nov 3, 2025 at 10:00 AM Anna Bianchi <anna@example.com> wrote:", "On 11/3/25 10:00, Anna Bianchi wrote:",
      "On Monday, November 3, 2025, Anna\n<anna1@example.com> wrote:",
      "On Mon, Nov 3,\n2025 at 10:00 AM Anna Bianchi\n<anna@example.com> wrote:",
      "Il giorno lun 3 nov 2025 alle ore 10:00 Anna Bianchi <anna@example.com> ha scritto:",
      "Il 03/11/2025 10:00, Anna Bianchi ha scritto:",
      "Il giorno lun 3 nov 2025 alle ore 10:00 Anna Bianchi <\nanna@example.com> ha scritto:",
      "Am Mo., 3. Nov. 2025 um 10:00 Uhr schrieb Anna Bianchi <anna@example.com>:",
      "Am 03.11.25 um 10:00 schrieb Anna Bianchi:",
      "Anna Bianchi <anna@example.com> schrieb am Mo. 3. Nov. 2025 um 10:00:",
      "Le lun. 3 nov. 2025 à 10:00, Anna Bianchi <anna@example.com> a écrit :",
      "Le 03/11/2025 à 10:00, Anna Bianchi a écrit\xC2\xA0:",
      "El lun, 3 nov 2025 a las 10:00, Anna Bianchi (<anna@example.com>)\nescribió:",
      "Em seg., 3 de nov. de 2025 às 10:00, Anna Bianchi <anna@example.com>\nescreveu:",
      "Op ma 3 nov 2025 om 10:00 schreef Anna Bianchi <anna@example.com>:",
      "Den mån 3 nov. 2025 kl 10:00 skrev Anna <anna@example.com>:",
      "pon., 3 lis 2025 o 10:00 Anna <anna@example.com> napisał(a):",
      "ma 3. marrask. 2025 klo 10.00 Anna (anna@example.com) kirjoitti:",
      "пн, 3 нояб. 2025 г. в 10:00, Anna <anna@example.com>:", "2025年11月3日(月) 10:00 Anna <anna@example.com>:");
  const auto parts = split_text("Thank you!\n\n" + introduction + "\n\n> Hello,\n>\n> how are you?\n");
  CHECK(parts.fresh == "Thank you!");
  CHECK(parts.quoted == introduction + "\n\n> Hello,\n>\n> how are you?");
  CHECK(parts.signature.empty());
}

TEST_CASE("a line that separates the original message begins the quotation", "[email]") {
  const std::string separator =
      GENERATE("-----Original Message-----", "-----Messaggio originale-----", "-----Ursprüngliche Nachricht-----",
               "-----Message d'origine-----", "-----Mensaje original-----", "-----Mensagem original-----",
               "-----Oorspronkelijk bericht-----", "________ Original Message ________", "--- Original Message ---");
  const auto parts = split_text("Fine.\n\n" + separator + "\nAnything\n\nat all\n");
  CHECK(parts.fresh == "Fine.");
  CHECK(parts.quoted == separator + "\nAnything\n\nat all");
}

TEST_CASE("a block of From, Sent, To, Subject begins the quotation", "[email]") {
  const std::string block = GENERATE(
      "From: Anna <anna@example.com>\nSent: Monday, November 3, 2025 10:00 AM\nTo: Support\nSubject: Order",
      "Da: Anna <anna@example.com>\nInviato: lunedì 3 novembre 2025 10:00\nA: Assistenza\nOggetto: Ordine",
      "Von: Anna <anna@example.com>\nGesendet: Montag, 3. November 2025 10:00\nAn: Support\nBetreff: Bestellung",
      "De : Anna <anna@example.com>\nEnvoyé : lundi 3 novembre 2025 10:00\nÀ : Support\nObjet : Commande",
      "De: Anna <anna@example.com>\nEnviado: lunes, 3 de noviembre de 2025 10:00\nPara: Soporte\nAsunto: Pedido",
      "De: Anna <anna@example.com>\nEnviada em: segunda-feira, 3 de novembro de 2025\nPara: Suporte\nAssunto: Pedido",
      "Van: Anna <anna@example.com>\nVerzonden: maandag 3 november 2025 10:00\nAan: Support\nOnderwerp: Bestelling",
      "*From:* Anna <anna@example.com>\n*Date:* Monday\n*To:* Support, with a long list\n of names\n*Subject:* Order");
  const auto parts = split_text("Fine.\r\n\n" + block + "\n\nHello,\nwhere is it?\n");
  CHECK(parts.fresh == "Fine.");
  CHECK(parts.quoted == block + "\n\nHello,\nwhere is it?");
  CHECK(split_text("Fine.\n________________________________\n" + block).quoted ==
        "________________________________\n" + block);
}

TEST_CASE("two lines with colons are no header block", "[email]") {
  const std::string text = "From: Milan\nTo: Rome\n\nOn Friday.";
  CHECK(split_text(text).fresh == text);
}

TEST_CASE("answers between quoted lines stay with what they answer", "[email]") {
  const std::string text = "On 3 Nov 2025, Anna wrote:\n> Which size?\nLarge.\n\n> Which colour?\nBlue.";
  CHECK(split_text(text) == SplitText{text, "", ""});
  const auto parts = split_text(text + "\n\n> Kind regards\n> Anna");
  CHECK(parts.fresh == text);
  CHECK(parts.quoted == "> Kind regards\n> Anna");
}

TEST_CASE("an introduction without quote signs quotes what follows it", "[email]") {
  const auto parts = split_text("Yes.\n\nOn 3 Nov 2025 at 10:00, Anna <a@example.com> wrote:\n\nShall we?\nAnna");
  CHECK(parts.fresh == "Yes.");
  CHECK_THAT(parts.quoted, StartsWith("On 3 Nov"));
  const std::string story = "My neighbour wrote:\nnothing.";
  CHECK(split_text(story).fresh == story);
}

TEST_CASE("a signature is told from the text, above and below the quotation", "[email]") {
  CHECK(split_text("Hello\n-- \nAnna\nExample Ltd") == SplitText{"Hello", "-- \nAnna\nExample Ltd", ""});
  CHECK(split_text("Hello\n\n-- \nAnna\n\nOn 3 Nov 2025, Bob wrote:\n> Hi") ==
        SplitText{"Hello", "-- \nAnna", "On 3 Nov 2025, Bob wrote:\n> Hi"});
  CHECK(split_text("Hello\n\nOn 3 Nov 2025, Bob wrote:\n> Hi\n\n-- \nAnna") ==
        SplitText{"Hello", "-- \nAnna", "On 3 Nov 2025, Bob wrote:\n> Hi"});
  CHECK(split_text("> Hi\nHello\n-- \nAnna") == SplitText{"> Hi\nHello", "-- \nAnna", ""});
}

TEST_CASE("what a device adds is a signature", "[email]") {
  const std::string line = GENERATE("Sent from my iPhone", "Inviato da iPhone", "Von meinem iPhone gesendet",
                                    "Envoyé de mon iPhone", "Enviado desde mi iPhone", "Enviado do meu iPhone",
                                    "Verstuurd vanaf mijn iPhone", "Get Outlook for iOS (https://aka.ms/o0ukef)",
                                    "Scarica Outlook per Android", "Sent from Mail for Windows");
  CHECK(split_text("Ok\n\n" + line + "\n\nOn 3 Nov 2025, Bob wrote:\n> Hi") ==
        SplitText{"Ok", line, "On 3 Nov 2025, Bob wrote:\n> Hi"});
}

TEST_CASE("where nothing fresh would remain, all of it is fresh", "[email]") {
  const std::string text =
      GENERATE("On 3 Nov 2025, Bob wrote:\n> Hi", "> only\n> quoted", "-- \nAnna", "-----Original Message-----\nHi");
  CHECK(split_text(text) == SplitText{text, "", ""});
  CHECK(split_text("") == SplitText{});
  CHECK(split_text("\n \n") == SplitText{});
}

TEST_CASE("what a person forwards is fresh", "[email]") {
  const std::string text =
      "See below.\n\n---------- Forwarded message ---------\nFrom: Anna <a@example.com>\nDate: Mon\nSubject: "
      "Order\nTo: me\n\nHello";
  CHECK(split_text(text).fresh == text);
  CHECK(split_html("<div>See below.</div><div class=gmail_quote><div class=gmail_attr>---------- Forwarded message "
                   "---------<br>From: "
                   "Anna<br>Date: Mon<br>Subject: Order<br>To: me</div><br>Hello</div>")
            .quoted.empty());
}

TEST_CASE("marks of mail programs cut what they quote", "[email]") {
  const std::string html = GENERATE(
      "<div dir=ltr>Thank you!</div><br><div class=\"gmail_quote\"><div class=gmail_attr>Anna, sometime:<br></div>"
      "<blockquote class=\"gmail_quote\" style=\"margin:0\"><div>Hello</div></blockquote></div>",
      "<p>Thank you!</p><div class=\"moz-cite-prefix\">Anna:<br></div><blockquote "
      "type=\"cite\"><p>Hello</p></blockquote>",
      "<div>Thank you!</div><div id=\"appendonsend\"></div><hr><div "
      "id=\"divRplyFwdMsg\"><b>Quelqu'un</b></div><div>Hello</div>",
      "<div>Thank you!</div><div id=x_divRplyFwdMsg>Somebody</div><p>Hello</p>",
      "<div>Thank you!</div><div id=ydp1yahoo_quoted class=yahoo_quoted><div>Somebody</div>Hello</div>",
      "<div>Thank you!</div><div class=protonmail_quote>Somebody<br><blockquote class=protonmail_quote "
      "type=cite>Hello</blockquote></div>",
      "Thank you!<br><div><blockquote type=\"cite\">On 3 Nov 2025, Anna wrote:<br><br>Hello</blockquote></div>",
      "<p>Thank you!</p><div style=\"border-top:solid #E1E1E1 1.0pt\"><p><b>Von:</b> Anna <br><b>Gesendet:</b> "
      "Montag<br><b>An:</b> "
      "x<br><b>Betreff:</b> y</p></div><p>Hello</p>");
  const auto parts = split_html(html);
  CHECK(parts.fresh == "Thank you!");
  CHECK(parts.quoted.find("Hello") != std::string::npos);
}

TEST_CASE("marks of mail programs tell the signature", "[email]") {
  const auto parts = split_html(
      "<div>Yes</div><div><br></div>-- <br><div class=gmail_signature>Anna<br>Example</div>"
      "<div class=gmail_quote>x<blockquote class=gmail_quote>Hi</blockquote></div>");
  CHECK(parts == SplitText{"Yes", "--\nAnna\nExample", "x\n> Hi"});
}

TEST_CASE("a hostile text costs its size", "[email]") {
  const std::string unit =
      GENERATE("\n", ">\n", ":\n", "1:\n", "On 1234567890:\n", "On 3 <@> wrote:\n", "On 1\n2\n3\nwrote:\n", "From: a\n",
               "From: a\nTo: b\n", "-- \n", "-----\n", "> a\nb\n", "On wrote: ", "Sent from my \n");
  std::string text;
  while (text.size() < 64 * 1024) text += unit;
  INFO(unit);
  const auto began = std::clock();
  const auto parts = split_text(text);
  CHECK((std::clock() - began) / CLOCKS_PER_SEC < 3);
  CHECK(parts.fresh.size() + parts.signature.size() + parts.quoted.size() <= text.size());
}

}  // namespace
}  // namespace inboxd::connectors::email
