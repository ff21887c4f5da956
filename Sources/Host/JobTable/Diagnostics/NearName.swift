/// Finds the name that was probably meant.
enum NearName {
  /// The candidate with the fewest edits to `name`, when few enough for a slip of the fingers.
  static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= 64 else { return nil }
    let written = normal(name)
    let limit = max(1, written.count / 3)
    var best: (name: String, edits: Int)?
    for candidate in candidates {
      let target = normal(candidate)
      guard abs(target.count - written.count) <= limit else { continue }
      let edits = distance(written, target)
      if edits <= limit, edits < best?.edits ?? .max { best = (candidate, edits) }
    }
    return best?.name
  }

  /// Lower case, with hyphens as underscores: people mix them up.
  private static func normal(_ name: String) -> [UInt8] {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
      case UInt8(ascii: "-"): UInt8(ascii: "_")
      default: byte
      }
    }
  }

  /// Insertions, deletions, replacements and swaps of neighbours, each counted once.
  static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var older = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      row.reserveCapacity(right.count + 1)
      for j in right.indices {
        let replaced = previous[j] + (left[i] == right[j] ? 0 : 1)
        var edits = min(replaced, previous[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          edits = min(edits, older[j - 1] + 1)
        }
        row.append(edits)
      }
      (older, previous) = (previous, row)
    }
    return previous[right.count]
  }
}
