// SPDX-License-Identifier: Apache-2.0
internal import Access
package import HeldKeys
package import Wire

extension Provider {
    /// The description in the shape it is read in; what is absent is null or empty.
    package var described: JSON {
        [
            "title": .string(title), "documentation": .text(documentation),
            "origins": .array(origins.map { .string($0.text) }), "settings": .parts(settings), "parts": .parts(parts),
            "credential": slots.count == 1 ? slots[0].described : .array(slots.map(\.described)),
            "allow_private_addresses": .array(allowedPrivateAddresses.map { .string($0.description) }),
            "tls": [
                "ca": .text(certificateAuthority),
                "client_certificate": clientCertificate.map {
                    ["certificate": .string($0.certificate), "private_key": .string($0.privateKey)]
                } ?? .null,
            ],
            "test": test?.described ?? .null,
            "permission_sets": .members(permissionSets, \.name) { .array($0.rules.map(\.described)) },
            "environment": .members(environment, \.name) { .string($0.format.text) },
            "reveal_environment": .members(revealEnvironment, \.name) { .string($0.format.text) },
            "rotation": rotation?.described ?? .null,
        ]
    }
}

extension ProviderTest {
    fileprivate var described: JSON {
        [
            "method": .string(method), "path": .string(path),
            "headers": .members(fields, \.name) { .string($0.value) }, "content_type": .text(contentType),
            "body": .text(body), "expect": .array(expect.map { .integer(Int64($0)) }),
            "dead": .array(dead.map { .integer(Int64($0)) }),
            "answer": .members(answer, \.name) { .array($0.values.map(\.described)) },
            "dead_answer": .members(deadAnswer, \.name) { .array($0.values.map(\.described)) },
            "settings": .members(settings, \.name) { .string($0.value) },
        ]
    }
}

extension AnswerScalar {
    fileprivate var described: JSON {
        switch self {
        case .text(let text): .string(text)
        case .truth(let truth): .bool(truth)
        case .number(let number): .integer(number)
        }
    }
}

extension LendRule {
    fileprivate var described: JSON {
        var members: [JSON.Member] = [
            .init(name: "methods", value: .array(route.shownMethods.map { .string($0) })),
            .init(name: "path", value: .string(route.path)),
        ]
        if let query {
            let rules = JSON.members(query, { String(decoding: $0.name, as: UTF8.self) }) { rule in
                .array(rule.values.map { .string($0.text) })
            }
            members.append(.init(name: "query", value: rules))
        }
        return .object(members)
    }
}

extension JSON {
    static func text(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    static func members<Element>(
        _ elements: [Element], _ name: (Element) -> String, _ value: (Element) -> JSON
    ) -> JSON {
        .object(elements.map { .init(name: name($0), value: value($0)) })
    }

    fileprivate static func parts(_ parts: [NamedPart]) -> JSON {
        members(parts, \.name) { ["title": .string($0.title)] }
    }
}
