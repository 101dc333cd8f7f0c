#include "daemon/app/command_line.hpp"

#include <functional>
#include <iostream>

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include "daemon/app/commands.hpp"

namespace inboxd::app {
namespace {

/// What was chosen, run after parsing, so that every command sees its options complete.
using Chosen = std::function<ExitCode()>;

struct Line {
  CLI::App app{"inboxd: every channel of a company's customers in one inbox"};
  std::string config_file = default_config_file;
  Chosen chosen;

  CLI::App* add(CLI::App& parent, const std::string& name, const std::string& sentence, Chosen run) {
    auto* command = parent.add_subcommand(name, sentence);
    command->callback([this, run = std::move(run)] { chosen = run; });
    return command;
  }
  void with_config(CLI::App* command) {
    command->add_option("--config", config_file, "the config file")->capture_default_str();
  }
};

void add_daemon_commands(Line& line, DemoOptions& demo_options) {
  line.with_config(line.add(line.app, "serve", "run the daemon", [&line] { return serve(line.config_file); }));
  line.with_config(line.add(line.app, "check", "validate the config and say what to mend",
                            [&line] { return check(line.config_file); }));
  auto* demonstrate = line.add(line.app, "demo", "run on a temporary store with sample inboxes and simulated customers",
                               [&demo_options] { return demo(demo_options); });
  demonstrate->add_option("--listen", demo_options.listen, "address:port of the demo")->capture_default_str();
}

void add_people_commands(Line& line, UserAdd& user, std::string& token_email) {
  auto* users = line.app.add_subcommand("user", "people who work here");
  users->require_subcommand(1);
  auto* add = line.add(*users, "add", "make an agent; prints its id", [&] { return user_add(line.config_file, user); });
  add->add_option("EMAIL", user.email, "the agent's address")->required();
  add->add_option("--role", user.role, "agent, lead, manager or admin")
      ->required()
      ->check(CLI::IsMember({"agent", "lead", "manager", "admin"}));
  add->add_option("--inbox", user.inboxes, "inboxes that the agent sees");
  line.with_config(add);

  auto* tokens = line.app.add_subcommand("token", "what agents and programs sign in with");
  tokens->require_subcommand(1);
  auto* create = line.add(*tokens, "create", "print a new token, valid at once",
                          [&] { return token_create(line.config_file, token_email); });
  create->add_option("EMAIL", token_email, "whose token")->required();
  line.with_config(create);
}

void add_outbox_commands(Line& line, OutboxList& list, OutboxRetry& retry, std::string& cancelled) {
  auto* outbox = line.app.add_subcommand("outbox", "replies on their way to customers");
  outbox->require_subcommand(1);
  auto* show = line.add(*outbox, "list", "replies that are not sent yet, failed or uncertain",
                        [&] { return outbox_list(line.config_file, list); });
  show->add_option("--state", list.state, "queued, sending, uncertain, failed or sent; several by commas");
  line.with_config(show);
  auto* again = line.add(*outbox, "retry", "send a failed or uncertain reply again",
                         [&] { return outbox_retry(line.config_file, retry); });
  again->add_option("ID", retry.id, "the row, as list shows it")->required();
  again->add_flag("--accept-duplicate", retry.accept_duplicate, "for an uncertain one: the customer may get it twice");
  line.with_config(again);
  auto* cancel = line.add(*outbox, "cancel", "take back a reply that is still queued",
                          [&] { return outbox_cancel(line.config_file, cancelled); });
  cancel->add_option("ID", cancelled, "the row, as list shows it")->required();
  line.with_config(cancel);
  line.with_config(line.add(*outbox, "release", "let out what a restored backup or a pause holds back",
                            [&] { return outbox_release(line.config_file); }));
}

void add_backup_commands(Line& line, BackupOptions& options, std::string& file) {
  auto* keep = line.add(line.app, "backup", "write a verified copy of the store and its attachments to one tar file",
                        [&] { return backup(line.config_file, options); });
  keep->add_option("FILE", options.file, "a file that does not exist yet")->required();
  keep->add_flag("--leave-out-damaged", options.leave_out_damaged,
                 "go on without attachments whose files are missing or damaged; each is named");
  line.with_config(keep);
  auto* put_back = line.add(line.app, "restore", "put a backup in the place of the store; no daemon may run",
                            [&] { return restore(line.config_file, file); });
  put_back->add_option("FILE", file, "what `inboxd backup` wrote")->required();
  line.with_config(put_back);
}

void add_doctor(Line& line, DoctorOptions& options) {
  auto* look = line.add(line.app, "doctor", "look at everything that a working desk needs, and say what to mend",
                        [&] { return doctor(line.config_file, options); });
  look->add_flag(
      "--json", [&](std::int64_t) { options.output = DoctorOutput::json; }, "as one JSON text");
  look->add_flag("--send", options.send, "let each email inbox send a mail to itself, and wait until it arrives");
  line.with_config(look);
}

/// What is common to both kinds of import.
void with_target(CLI::App* command, std::string& inbox, std::string& status) {
  command->add_option("--inbox", inbox, "the email inbox that it belongs to")->required();
  command->add_option("--status", status, "of the conversations that it makes")
      ->check(CLI::IsMember({"open", "pending", "resolved", "closed"}))
      ->capture_default_str();
}

void add_import_commands(Line& line, ImportMbox& mbox, ImportImap& imap) {
  auto* import = line.app.add_subcommand("import", "bring an inbox's history in; a run that was ended goes on");
  import->require_subcommand(1);
  auto* file = line.add(*import, "mbox", "from a file; the daemon must run",
                        [&] { return import_mbox(line.config_file, mbox); });
  file->add_option("FILE", mbox.file, "the mbox; - for the standard input")->required();
  with_target(file, mbox.inbox, mbox.status);
  line.with_config(file);
  auto* folders = line.add(*import, "imap", "from the inbox's own mail server; the daemon must run",
                           [&] { return import_imap(line.config_file, imap); });
  folders->add_option("--folder", imap.folders, "a folder; those that the inbox listens to without it");
  folders->add_option("--since", imap.since, "only what arrived on this day (2025-01-31) or later");
  with_target(folders, imap.inbox, imap.status);
  line.with_config(folders);
}

}  // namespace

ExitCode run_command_line(int argc, char** argv) {
  // Whatever is written belongs to its owner alone: customers' words, and the admin socket.
  ::umask(077);
  Line line;
  DemoOptions demo_options;
  UserAdd user;
  std::string token_email;
  Tail tail_options;
  OutboxList list;
  OutboxRetry retry;
  std::string cancelled;
  BackupOptions backup_options;
  std::string restored_file;
  ImportMbox mbox;
  ImportImap imap;
  line.app.require_subcommand(1);
  line.app.set_version_flag("--version", "inboxd " INBOXD_VERSION);
  add_daemon_commands(line, demo_options);
  add_people_commands(line, user, token_email);
  add_outbox_commands(line, list, retry, cancelled);
  add_backup_commands(line, backup_options, restored_file);
  add_import_commands(line, mbox, imap);
  DoctorOptions doctor_options;
  add_doctor(line, doctor_options);
  auto* follow = line.add(line.app, "tail", "print the event stream as JSON lines",
                          [&] { return tail(line.config_file, tail_options); });
  follow->add_option("--since", tail_options.since, "a cursor to resume after; from now without it");
  line.with_config(follow);
  line.with_config(
      line.add(line.app, "status", "print how the daemon is", [&line] { return status(line.config_file); }));

  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return line.app.exit(problem) == 0 ? ExitCode::ok : ExitCode::usage;
  }
  try {
    return line.chosen();
  } catch (const std::exception& broken) {
    std::cerr << "inboxd: " << broken.what() << '\n';
    return ExitCode::io_error;
  }
}

}  // namespace inboxd::app
