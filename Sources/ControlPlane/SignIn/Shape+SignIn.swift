// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes
import Tokens
import Wire

extension Shape where Value == String {
    /// An issuer, as it stands in `iss`: an https address without query or fragment.
    static var issuer: Shape {
        parsed(
            "This is no issuer's address.",
            fix:
                "Send it as it stands in the tokens' iss: https, at most \(IssuerURL.longest) bytes, no query or fragment."
        ) { IssuerURL.isGood($0) && hasOrigin($0) ? $0 : nil }
    }

    /// Where keys are had.
    static var keyAddress: Shape {
        parsed(
            "This is no address of keys.", fix: "Send an https address of at most \(IssuerURL.longest) bytes."
        ) { IssuerURL.isGood($0, withQuery: true) && hasOrigin($0) ? $0 : nil }
    }

    /// Whether scheme, host and port are ones that could be dialed.
    private static func hasOrigin(_ url: String) -> Bool {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        return Origin(url[..<(url[start...].firstIndex { "/?".contains($0) } ?? url.endIndex)]) != nil
    }

    /// A JWK Set, in its shortest form; what is in it is checked by the core.
    static var keySet: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard json.asObject != nil else { throw .type(pointer, "an object") }
            return json.text
        }
    }
}

extension Shape where Value == [ClaimCondition] {
    /// `{claim: pattern | [patterns]}`.
    static var claims: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let members = json.asObject else { throw .type(pointer, "an object") }
            guard members.count <= ClaimCondition.most else {
                throw .value(
                    pointer, "There are more than \(ClaimCondition.most) claims.",
                    fix: "Send at most \(ClaimCondition.most).")
            }
            var conditions: [ClaimCondition] = []
            for member in members {
                conditions.append(try condition(member, Fields.pointer(pointer, member.name)))
            }
            return conditions
        }
    }

    private static func condition(_ member: JSON.Member, _ pointer: String) throws(FieldFault) -> ClaimCondition {
        let patterns =
            if member.value.asArray != nil {
                try Shape<ClaimPattern>.claimPattern.list(1...ClaimCondition.most).read(member.value, pointer)
            } else {
                [try Shape<ClaimPattern>.claimPattern.read(member.value, pointer)]
            }
        guard let condition = ClaimCondition(claim: member.name, patterns: patterns) else {
            throw .value(
                pointer, "This is no name of a claim.",
                fix: "Use 1 to 128 bytes; one that begins with / is a JSON pointer such as /kubernetes.io/namespace.")
        }
        return condition
    }
}

extension Shape where Value == ClaimPattern {
    fileprivate static var claimPattern: Shape {
        parsed(
            "This is no pattern for a claim.",
            fix:
                "Send 1 to \(ClaimPattern.longest) bytes without control characters, with at most \(ClaimPattern.mostStars) stars."
        ) { ClaimPattern($0) }
    }
}
