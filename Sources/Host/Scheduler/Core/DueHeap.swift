/// A heap of jobs by a key, each at most once, with four children a node.
///
/// Setting and removing cost O(log n), the top O(1).
struct DueHeap: Sendable {
  /// Smaller comes first: by `major`, then by `minor`, then by the job's number.
  struct Key: Sendable, Hashable {
    var major: Int64
    var minor: Int64
    var job: UInt32

    static func isBefore(_ left: Key, _ right: Key) -> Bool {
      if left.major != right.major { return left.major < right.major }
      if left.minor != right.minor { return left.minor < right.minor }
      return left.job < right.job
    }
  }

  private var keys: [Key] = []
  /// Where each job stands in `keys`; -1 when it does not.
  private var places: [Int32] = []

  var top: Key? { keys.first }
  var count: Int { keys.count }

  func key(of job: UInt32) -> Key? {
    guard job < places.count, places[Int(job)] >= 0 else { return nil }
    return keys[Int(places[Int(job)])]
  }

  func contains(_ job: UInt32) -> Bool { job < places.count && places[Int(job)] >= 0 }

  /// Puts the job in, or moves it to its new place.
  mutating func set(_ key: Key) {
    if key.job >= places.count {
      places.append(contentsOf: repeatElement(-1, count: Int(key.job) + 1 - places.count))
    }
    let place = Int(places[Int(key.job)])
    guard place >= 0 else {
      keys.append(key)
      return siftUp(keys.count - 1, key)
    }
    guard key != keys[place] else { return }
    let isEarlier = Key.isBefore(key, keys[place])
    if isEarlier { siftUp(place, key) } else { siftDown(place, key) }
  }

  mutating func remove(_ job: UInt32) {
    guard contains(job) else { return }
    let place = Int(places[Int(job)])
    places[Int(job)] = -1
    let last = keys.removeLast()
    guard place < keys.count else { return }
    let isEarlier = Key.isBefore(last, keys[place])
    if isEarlier { siftUp(place, last) } else { siftDown(place, last) }
  }

  private mutating func siftUp(_ start: Int, _ key: Key) {
    var place = start
    while place > 0 {
      let parent = (place - 1) >> 2
      guard Key.isBefore(key, keys[parent]) else { break }
      put(keys[parent], at: place)
      place = parent
    }
    put(key, at: place)
  }

  private mutating func siftDown(_ start: Int, _ key: Key) {
    var place = start
    while true {
      let child = place << 2 + 1
      guard child < keys.count else { break }
      let least = leastChild(from: child)
      guard Key.isBefore(keys[least], key) else { break }
      put(keys[least], at: place)
      place = least
    }
    put(key, at: place)
  }

  private func leastChild(from child: Int) -> Int {
    var least = child
    for other in (child + 1)..<max(child + 1, min(child + 4, keys.count))
    where Key.isBefore(keys[other], keys[least]) {
      least = other
    }
    return least
  }

  private mutating func put(_ key: Key, at place: Int) {
    keys[place] = key
    places[Int(key.job)] = Int32(truncatingIfNeeded: place)
  }
}
