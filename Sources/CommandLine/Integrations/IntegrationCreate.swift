// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `bitting integration create`
struct IntegrationCreate: PostAct {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Let an app use a credential, on some routes, without seeing it.")

    @Option(help: "Its name, which stands in /lend/<name>/…: lower case letters, digits and hyphens.")
    var name: String

    @Option(help: ArgumentHelp("The app that may use it: app_…", valueName: "id"))
    var app: AppID

    @Option(help: ArgumentHelp("The credential it may use: cred_…", valueName: "id"))
    var credential: CredentialID

    @Option(
        help: ArgumentHelp(
            "A route it may call, \(LendRuleArgument.grammar); one at least, may be repeated.", valueName: "route"
        ))
    var allow: [LendRuleArgument]

    @Option(help: .idempotencyKey)
    var idempotencyKey: String?

    @OptionGroup var terms: LendTerms
    @OptionGroup var expiry: Expiry
    @OptionGroup var connection: Connection

    var path: [String] { Noun.integrations.path }

    func body(at surroundings: Surroundings) -> JSON? {
        let members = JSON.given([
            "name": .string(name), "app": .string(app.description), "credential": .string(credential.description),
            "allow": LendRuleArgument.list(allow), "expires_at": expiry.json(at: surroundings.now()),
        ]).asObject
        return .object((members ?? []) + terms.members)
    }
}
