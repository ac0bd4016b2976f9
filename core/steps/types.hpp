// Lists of types, from which the variants over all kinds of steps are made.
#pragma once

#include <type_traits>
#include <utility>
#include <variant>

namespace kindred::steps {

template <class... T>
struct Types {};

template <class List, template <class> class Of>
struct MappedTypes;
template <class... T, template <class> class Of>
struct MappedTypes<Types<T...>, Of> {
  using type = Types<typename Of<T>::type...>;
};

template <class... Lists>
struct Joined;
template <class... T>
struct Joined<Types<T...>> {
  using type = Types<T...>;
};
template <class... T, class... U, class... More>
struct Joined<Types<T...>, Types<U...>, More...> : Joined<Types<T..., U...>, More...> {};

template <class List>
struct VariantOf;
template <class... T>
struct VariantOf<Types<T...>> {
  using type = std::variant<T...>;
};

// Calls f(std::type_identity<T>()) for each, in order.
template <class... T, class F>
void forEach(Types<T...>, F&& f) {
  (f(std::type_identity<T>()), ...);
}

}  // namespace kindred::steps
