// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who used which held key through what.
    static let heldUses: [String] = []
}
