// SPDX-License-Identifier: Apache-2.0

/// The next piece of a JSON text.
@usableFromInline
package enum JSONToken: Sendable, Equatable {
    case objectStart
    case objectEnd
    case arrayStart
    case arrayEnd
    /// A member's name; its value follows.
    case name(JSONText)
    case string(JSONText)
    case number(JSONNumber)
    case bool(Bool)
    case null
    /// The text is whole.
    case end
}
