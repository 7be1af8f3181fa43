// SPDX-License-Identifier: Apache-2.0

/// Why the engine could not do what a command asked: printed as it is, and the program ends with 2.
package struct HouseFailure: Error, Sendable, Equatable {
    /// What is wrong, one sentence. Never a secret.
    package let what: String
    /// What to do about it, one sentence.
    package let fix: String

    /// A failure and its remedy.
    package init(_ what: String, fix: String) {
        self.what = what
        self.fix = fix
    }
}
