// SPDX-License-Identifier: Apache-2.0

/// The program `bitting`, given the engine by the composition root.
package enum BittingCommand {
}
