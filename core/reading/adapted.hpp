// A model with an adapter's change: one model.
#pragma once

#include "models/checkpoint.hpp"

namespace kindred::reading {

// The base's tensors, with those that the adapter changes as numbers that are made when they are
// read, and those that it holds whole in place of the base's; all others are the base's own bytes.
// Modules are found under the adapter's names, or behind another prefix that fits all of them. An
// Error names the file, the tensor and what can be done: the adapter is a model, the base is an
// adapter, its method is not applied, a module is not there, a shape does not fit.
models::Checkpoint adapted(models::Checkpoint base, models::Checkpoint adapter);

}  // namespace kindred::reading
