// SPDX-License-Identifier: Apache-2.0

/// A call that tells whether a key works, and changes nothing.
package struct ProviderTest: Equatable, Sendable {
    package let method: String
    /// Canonical path, with a query where it needs one; settings may stand in it in braces.
    package let path: String
    /// Fields that the provider asks of every call, such as the version of its API.
    package var fields: [Field] = []
    package let contentType: String?
    package let body: String?
    /// Statuses of a key that works.
    package let expect: [Int]
    /// Statuses of a key that does not.
    package let dead: [Int]
    /// What must hold of the answer too, where the status does not say it all; empty for nothing.
    package var answer: [AnswerRule] = []
    /// What tells of a key that does not work, whatever the status; empty for nothing.
    package var deadAnswer: [AnswerRule] = []
    /// Settings that this call has in place of the credential's own: the service that knows who calls.
    package var settings: [CredentialSetting] = []

    /// A field and its value.
    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: String
        /// A field.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A test.
    package init(
        method: String, path: String, contentType: String? = nil, body: String? = nil, expect: [Int], dead: [Int]
    ) {
        self.method = method
        self.path = path
        self.contentType = contentType
        self.body = body
        self.expect = expect
        self.dead = dead
    }

    /// The path for a credential with these settings, its own over them; nil where one is missing.
    package func path(_ values: [CredentialSetting]) -> String? {
        guard let format = SlotFormat(path, longest: ProviderTest.longestPath, needsName: false) else { return nil }
        var text = ""
        for piece in format.pieces {
            switch piece {
            case .text(let bytes): text += String(decoding: bytes, as: UTF8.self)
            case .part(let name):
                guard let value = setting(name, values), CredentialSetting.isValue(value) else { return nil }
                text += value
            }
        }
        return text
    }

    /// The settings that the call is made with.
    package func settings(_ values: [CredentialSetting]) -> [CredentialSetting] {
        settings + values.filter { value in !settings.contains { $0.name == value.name } }
    }

    private func setting(_ name: String, _ values: [CredentialSetting]) -> String? {
        settings(values).first { $0.name == name }?.value
    }

    /// The bytes of a path with its query.
    package static let longestPath = 1024
}
