#include "connectors/email/mail/layout.hpp"

namespace inboxd::connectors::email {
namespace {

class LayoutReader {
 public:
  explicit LayoutReader(const DividedMail& mail) : mail_(mail) {}

  Layout run() {
    visit(0, outside);
    return std::move(layout_);
  }

 private:
  static constexpr std::size_t outside = static_cast<std::size_t>(-1);

  /// `block` is the alternative that the part lies in. Recursion is bounded by the depth of parts.
  void visit(std::size_t index, std::size_t block) {
    const Part& part = mail_.parts[index];
    if (!part.has_children()) {
      leaf(index, block);
    } else if (part.head.subtype == "related") {
      // The first is the text, the others belong to it (RFC 2387).
      visit(part.children.front(), block);
      for (std::size_t i = 1; i < part.children.size(); ++i) beside(part.children[i]);
    } else {
      const bool alternative = part.head.subtype == "alternative" && block == outside;
      if (alternative) layout_.blocks.emplace_back();
      const std::size_t inner = alternative ? layout_.blocks.size() - 1 : block;
      for (const auto child : part.children) visit(child, inner);
    }
  }

  void beside(std::size_t index) {
    if (!mail_.parts[index].has_children()) {
      layout_.files.push_back(index);
      return;
    }
    for (const auto child : mail_.parts[index].children) beside(child);
  }

  void leaf(std::size_t index, std::size_t block) {
    const auto& head = mail_.parts[index].head;
    const bool plain = head.is("text", "plain");
    const bool html = head.is("text", "html");
    const bool named = !head.name.empty() && index != 0;
    if ((!plain && !html) || head.disposition == Disposition::attached || named) {
      if (!head.is("text", "x-amp-html")) layout_.files.push_back(index);
      return;
    }
    if (block == outside) layout_.blocks.emplace_back();
    auto& here = block == outside ? layout_.blocks.back() : layout_.blocks[block];
    (plain ? here.plain : here.html).push_back(index);
  }

  const DividedMail& mail_;
  Layout layout_;
};

}  // namespace

Layout layout_of(const DividedMail& mail) { return LayoutReader(mail).run(); }

}  // namespace inboxd::connectors::email
