// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// `bitting provider show`
struct ProviderShow: ShowAct {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one provider.")

    @Argument(help: "The provider's name.")
    var name: String

    @OptionGroup var connection: Connection

    var path: [String] { ["v1", "providers", name] }
}
