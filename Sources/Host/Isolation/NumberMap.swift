/// Values by number, for numbers that the host gives itself, such as those of runs.
///
/// A dictionary protects itself against chosen keys, and that costs more than the rest of starting a
/// run. Looking up, adding and removing cost O(1); the memory follows the largest count there was.
package struct NumberMap<Value> {
  fileprivate struct Place {
    var number: UInt64
    var value: Value?
  }

  private var places: [Place] = []
  private var shift = 64
  package private(set) var count = 0

  package init() {}

  package var isEmpty: Bool { count == 0 }

  package subscript(number: UInt64) -> Value? {
    get { places.isEmpty ? nil : places[place(of: number)].value }
    set {
      guard let newValue else { return _ = remove(number) }
      if 2 * count >= places.count { grow() }
      let place = place(of: number)
      if places[place].value == nil { count += 1 }
      places[place] = Place(number: number, value: newValue)
    }
  }

  /// Changes the value of a number in place; does nothing when there is none.
  package mutating func update(_ number: UInt64, _ change: (inout Value) -> Void) {
    guard !places.isEmpty else { return }
    let place = place(of: number)
    if var value = places[place].value.take() {
      change(&value)
      places[place].value = value
    }
  }

  /// Takes a value out.
  @discardableResult package mutating func remove(_ number: UInt64) -> Value? {
    guard count > 0 else { return nil }
    let place = place(of: number)
    guard let value = places[place].value.take() else { return nil }
    count -= 1
    closeGap(place)
    return value
  }

  /// All numbers with their values, in no order.
  package var all: [(number: UInt64, value: Value)] {
    places.compactMap { place in place.value.map { (place.number, $0) } }
  }

  /// Where the number stands, or the free place where it belongs.
  private func place(of number: UInt64) -> Int {
    var place = home(of: number)
    while places[place].value != nil, places[place].number != number {
      place = (place + 1) & (places.count - 1)
    }
    return place
  }

  private func home(of number: UInt64) -> Int {
    Int(truncatingIfNeeded: (number &* 0x9E37_79B9_7F4A_7C15) >> UInt64(shift))
  }

  /// Moves values up that stand behind a freed place only because it was taken.
  private mutating func closeGap(_ freed: Int) {
    let mask = places.count - 1
    var gap = freed
    var place = (freed + 1) & mask
    while places[place].value != nil {
      let home = home(of: places[place].number)
      if (place - home) & mask >= (place - gap) & mask {
        places.swapAt(gap, place)
        gap = place
      }
      place = (place + 1) & mask
    }
  }

  private mutating func grow() {
    let old = places
    let length = max(16, 2 * old.count)
    places = Array(repeating: Place(number: 0, value: nil), count: length)
    shift = 64 - length.trailingZeroBitCount
    for place in old where place.value != nil { places[self.place(of: place.number)] = place }
  }
}

extension NumberMap: Sendable where Value: Sendable {}
extension NumberMap.Place: Sendable where Value: Sendable {}
