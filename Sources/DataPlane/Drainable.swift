// SPDX-License-Identifier: Apache-2.0

/// Something open on one event loop that ends when the program is told to stop. Confined to that loop.
protocol Drainable: AnyObject {
    /// Ends after what it is doing.
    func drain()
}
