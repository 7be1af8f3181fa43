// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// A claim and a pattern for it, as `name=pattern`.
struct ClaimArgument: ExpressibleByArgument {
    let claim: String
    let pattern: String

    /// Splits at the first `=`; neither side may be empty.
    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        (claim, pattern) = (String(parts[0]), String(parts[1]))
    }

    /// What `--help` says of it.
    static let help = ArgumentHelp(
        "A claim and what it must be, name=pattern; * stands for any characters. May be repeated.",
        discussion: "All claims must hold; of one that is given several times, one pattern.", valueName: "name=pattern")

    /// The member `claims`: all patterns of each claim.
    static func json(_ arguments: [ClaimArgument]) -> JSON {
        var members: [JSON.Member] = []
        for argument in arguments {
            let pattern = JSON.string(argument.pattern)
            if let position = members.firstIndex(where: { $0.name == argument.claim }) {
                members[position].value = .array((members[position].value.asArray ?? []) + [pattern])
            } else {
                members.append(JSON.Member(name: argument.claim, value: .array([pattern])))
            }
        }
        return .object(members)
    }
}
