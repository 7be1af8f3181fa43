// SPDX-License-Identifier: Apache-2.0

/// One field line of a head, as offsets.
@usableFromInline
package struct Field: Sendable, Equatable {
    /// The name as it was sent, in whatever case.
    @usableFromInline package let name: Slice
    /// The value without the white space around it; may be empty.
    @usableFromInline package let value: Slice
    /// Which of the names we look at it is.
    @usableFromInline package let known: FieldName

    init(name: Slice, value: Slice, known: FieldName) {
        self.name = name
        self.value = value
        self.known = known
    }
}
