// SPDX-License-Identifier: Apache-2.0
internal import IssuedKeys
internal import Metering

/// What became of a request at a first look.
enum Decision {
    /// The answer is written. The verdict is nil when there was no single key to decide on.
    case answered(Verdict?, status: Int)
    /// Nothing was taken and nothing written: ask again when the lender has lent.
    case awaitsLease(Want)
}
