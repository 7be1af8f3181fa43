// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import IssuedKeys
import Wire

/// A kind of finding, about keys that are handed out or about keys that are held.
enum AnyHygieneKind: Equatable, Sendable {
    case issued(HygieneKind)
    case held(HeldHygieneKind)

    /// The weightiest first; of one weight, those about issued keys before the others.
    static let all: [AnyHygieneKind] = {
        let kinds = HygieneKind.allCases.map { AnyHygieneKind.issued($0) } + HeldHygieneKind.allCases.map { .held($0) }
        return kinds.enumerated().sorted { ($1.element.weight, $0.offset) < ($0.element.weight, $1.offset) }
            .map(\.element)
    }()

    init?(_ text: String) {
        if let kind = HygieneKind(rawValue: text) {
            self = .issued(kind)
        } else if let kind = HeldHygieneKind(rawValue: text) {
            self = .held(kind)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .issued(let kind): kind.rawValue
        case .held(let kind): kind.rawValue
        }
    }

    private var weight: Int {
        switch self {
        case .issued(let kind): kind.weight
        case .held(let kind): kind.weight
        }
    }
}

/// A finding of either side.
enum AnyFinding: Sendable {
    case issued(HygieneFinding)
    case held(HeldFinding)
}

extension JSONWriter {
    /// A finding as it is shown.
    mutating func members(of finding: AnyFinding) {
        switch finding {
        case .issued(let finding):
            member("kind", finding.kind.rawValue)
            text("subject", finding.subject)
            member("name", finding.name)
            text("account", finding.account)
            text("since", finding.since)
            member("weight", finding.kind.weight)
            member("detail", finding.detail)
            member("fix", finding.fix.map(FixCall.init))
        case .held(let finding):
            member("kind", finding.kind.rawValue)
            text("subject", finding.subject)
            member("name", finding.name)
            text("account", finding.account)
            text("since", finding.since)
            member("weight", finding.kind.weight)
            member("detail", finding.detail)
            member("fix", finding.fix.map(FixCall.init))
        }
    }

    private mutating func member(_ name: String, _ call: FixCall?) {
        key(name)
        guard let call else { return null() }
        object { writer in
            writer.member("method", call.method)
            writer.member("path", call.path)
            writer.key("body")
            if let body = call.body { writer.raw(body.text.utf8) } else { writer.null() }
        }
    }
}
