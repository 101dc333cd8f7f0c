// Files that an operator hands in.
#include "daemon/app/mail_date.hpp"
#include "daemon/app/mbox.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

std::vector<app::MboxMail> index_of(std::string_view bytes, std::size_t piece) {
  app::MboxIndex index;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    if (!index.feed(bytes.substr(0, piece))) break;
  auto mails = index.finish();
  return mails ? std::move(mails).value() : std::vector<app::MboxMail>();
}

std::string text_of(std::string_view bytes, std::size_t piece) {
  app::MboxText text;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) text.feed(bytes.substr(0, piece));
  return text.finish();
}

}  // namespace

void mbox(std::string_view bytes) {
  const auto mails = index_of(bytes, bytes.size() + 1);
  const auto in_pieces = index_of(bytes, 3);
  promise(mails.size() == in_pieces.size(), "an mbox holds the same mails however it is cut");
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < mails.size(); ++i) {
    promise(mails[i].offset == in_pieces[i].offset && mails[i].size == in_pieces[i].size &&
                mails[i].written_at == in_pieces[i].written_at,
            "a mail is the same however its file is cut");
    promise(mails[i].offset >= end && mails[i].size <= bytes.size() - mails[i].offset,
            "mails lie behind each other in their file");
    end = mails[i].offset + mails[i].size;
    const auto stored = bytes.substr(mails[i].offset, mails[i].size);
    promise(text_of(stored, stored.size() + 1) == text_of(stored, 2), "a mail's text is the same however it is cut");
  }
  (void)app::read_mail_date(bytes);
}

}  // namespace inboxd::fuzz
