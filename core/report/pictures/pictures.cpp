
#include "report/pictures/parts.hpp"

namespace kindred::report {

std::vector<Picture> picturesOf(const results::Report& report) {
  constexpr std::size_t kMost = 60;  // more than anybody looks at; the numbers are in the tables
  std::vector<Picture> pictures;
  for (const auto make :
       {familyPictures, treePictures, coinPictures, nullPictures, layerMaps, layerPictures,
        heatmaps, differencePictures, momentPictures, componentPictures}) {
    for (Picture& picture : make(report)) {
      if (pictures.size() == kMost) break;
      picture.id = "picture-" + std::to_string(pictures.size() + 1) + "-" + idOf(picture.id);
      pictures.push_back(std::move(picture));
    }
  }
  colourAlike(report, pictures);
  return pictures;
}

}  // namespace kindred::report
