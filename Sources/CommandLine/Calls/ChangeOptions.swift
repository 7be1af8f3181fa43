// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// A member that can be emptied; the raw value is its name in the API.
protocol ClearableField: RawRepresentable<String>, CaseIterable, ExpressibleByArgument, Sendable {
    /// What the member is when it is empty.
    var empty: JSON { get }
}

extension ClearableField {
    var empty: JSON { .null }

    /// The name with hyphens, as the flags have it.
    init?(argument: String) {
        self.init(rawValue: String(argument.map { $0 == "-" ? "_" : $0 }))
    }

    static var allValueStrings: [String] { allCases.map { String($0.rawValue.map { $0 == "_" ? "-" : $0 }) } }
}

/// What all `change` commands share.
struct ChangeOptions<Field: ClearableField>: ParsableArguments {
    @Option(help: ArgumentHelp("Empty this; may be repeated.", valueName: "field"))
    var clear: [Field] = []

    @Option(help: ArgumentHelp("Only if it is still at this revision, as `show` prints it.", valueName: "revision"))
    var revision: String?

    /// The changes with the emptied members among them; each member once.
    func cleared(beside changes: [JSON.Member]) throws(CommandFailure) -> [JSON.Member] {
        var patch = changes
        for field in clear {
            guard !patch.contains(where: { $0.name == field.rawValue }) else {
                throw CommandFailure("\(field.rawValue) is both changed and cleared.", fix: "Do one of the two.")
            }
            patch.append(JSON.Member(name: field.rawValue, value: field.empty))
        }
        return patch
    }
}
