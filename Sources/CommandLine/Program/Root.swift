// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting`
struct Root: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitting",
        abstract: "Issues the keys that you hand out, and holds and lends the keys that others handed to you.",
        discussion: """
            Answers go to standard output, everything else to standard error. --json prints the API's JSON.
            Exit status: 0 done, 1 the answer is no or the server refused, 2 used wrongly or it could not be tried.

            Environment: BITTING_KEY holds the key that management calls are made with; there is no flag for it.
            BITTING_URL and BITTING_DATA_URL say where the control plane and the data plane listen.
            """,
        groupedSubcommands: [
            CommandGroup(name: "Server", subcommands: [Init.self, Serve.self, Backup.self, Restore.self]),
            CommandGroup(
                name: "Keys that you hand out",
                subcommands: [Keyspaces.self, Keys.self, Verify.self, SignInRules.self, TokenKeysCommand.self]),
            CommandGroup(
                name: "Who they belong to", subcommands: [Accounts.self, Apps.self, Users.self, Operators.self]),
            CommandGroup(
                name: "Keys that others handed to you",
                subcommands: [
                    Providers.self, Credentials.self, DepositsCommand.self, Integrations.self, Exposures.self,
                    RotationsCommand.self, VaultCommand.self,
                    ProxyCommand.self, Run.self,
                ]),
            CommandGroup(name: "When somebody leaves", subcommands: [OffboardingsCommand.self]),
            CommandGroup(
                name: "What happened", subcommands: [HygieneCommand.self, Events.self, Webhooks.self, Audit.self]),
        ])
}
