// SPDX-License-Identifier: Apache-2.0

/// What a test call told of a key.
package enum TestVerdict: String, Sendable {
    case works, dead
    /// Neither: the provider is down, the key may not make this very call, or the answer is new to us.
    case unclear
}

/// A top-level member of an answer and the values that it may have.
package struct AnswerRule: Equatable, Sendable {
    package let name: String
    package let values: [AnswerScalar]

    /// A rule.
    package init(name: String, values: [AnswerScalar]) {
        self.name = name
        self.values = values
    }
}

/// A JSON value that is no list and no object.
package enum AnswerScalar: Equatable, Sendable {
    case text(String)
    case truth(Bool)
    case number(Int64)
}

extension ProviderTest {
    /// What an answer tells. `member` gives a top-level member of its body, or nil where there is none or the body is
    /// no JSON object.
    package func verdict(status: Int, member: (String) -> AnswerScalar?) -> TestVerdict {
        if dead.contains(status) { return .dead }
        if !deadAnswer.isEmpty, ProviderTest.holds(deadAnswer, member) { return .dead }
        guard expect.contains(status), ProviderTest.holds(answer, member) else { return .unclear }
        return .works
    }

    private static func holds(_ rules: [AnswerRule], _ member: (String) -> AnswerScalar?) -> Bool {
        rules.allSatisfy { rule in member(rule.name).map(rule.values.contains) ?? false }
    }
}
