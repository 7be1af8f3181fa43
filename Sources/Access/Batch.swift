// SPDX-License-Identifier: Apache-2.0

/// What became of one part of a batch.
package typealias Outcome<Made> = Result<Made, Refusal>

/// One change of many that share a transaction: its name in the trail, and what it does.
package struct BatchPart<Records, Made: Sendable>: Sendable {
    package let action: String
    package let body: @Sendable (Records, inout EventNote) throws -> Made

    /// A part.
    package init(_ action: String, _ body: @escaping @Sendable (Records, inout EventNote) throws -> Made) {
        self.action = action
        self.body = body
    }
}
