// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// A value to be held, from standard input or a hidden prompt: one text, or the provider's parts.
struct ValueInput: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A part of the value, where the provider names parts; may be repeated.",
            discussion: "A person is asked for each; otherwise standard input is a JSON object of them.",
            valueName: "name"))
    var part: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the provider wants to know that is no secret, name=value; may be repeated.", valueName: "name=value"))
    var setting: [SettingArgument] = []

    @Argument(parsing: .allUnrecognized, help: .hidden)
    var words: [String] = []

    private static let longest = 16_384

    /// The value as it is sent.
    func value(from terminal: Terminal) throws(CommandFailure) -> JSON {
        let input = SecretInput(name: "value", limit: Self.longest)
        try input.refuse(words)
        guard !part.isEmpty else { return .string(try input.read(from: terminal)) }
        guard terminal.asksPerson else { return try object(try input.read(from: terminal)) }
        var members: [JSON.Member] = []
        for name in part {
            let text = try SecretInput(name: name, limit: Self.longest).read(from: terminal)
            members.append(JSON.Member(name: name, value: .string(text)))
        }
        return .object(members)
    }

    private func object(_ text: String) throws(CommandFailure) -> JSON {
        guard let json = try? JSON.parse(text), let members = json.asObject,
            members.map(\.name).sorted() == part.sorted()
        else {
            throw CommandFailure(
                "Standard input is no JSON object of these parts.",
                fix: "Pipe an object with \(part.joined(separator: ", ")), each a string.")
        }
        return json
    }

    /// The settings, if any were given.
    var settings: JSON? {
        setting.unlessEmpty { settings in
            .object(settings.map { JSON.Member(name: $0.name, value: .string($0.value)) })
        }
    }
}

/// A setting and its value, as `name=value`.
struct SettingArgument: ExpressibleByArgument {
    let name: String
    let value: String

    /// Splits at the first `=`; neither side may be empty.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        (name, value) = (String(parts[0]), String(parts[1]))
    }
}
