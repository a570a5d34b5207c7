//! Where names go: at their boxes, inside the picture, and not over one another while there is room.

use super::text;

/// Left, top, right, bottom in pixels.
type Area = [f32; 4];

/// Columns between a tag's edge and its text.
pub(super) fn margin(type_size: f32) -> f32 {
    type_size * 0.35
}

/// An area for each label, at its box. The first ones choose first.
pub(super) fn place(boxes: &[Area], labels: &[&str], type_size: f32, [width, height]: [f32; 2]) -> Vec<Area> {
    let mut placed: Vec<Area> = Vec::new();
    for ([left, top, _, bottom], label) in boxes.iter().zip(labels) {
        let columns = text::width(label, type_size) + 2.0 * margin(type_size);
        let rows = text::height(type_size);
        let left = left.min(width - columns).max(0.0);
        let at = |top: f32| [left, top, left + columns, top + rows];
        let gap = type_size * 0.2;
        let choices = [top - rows - gap, top + gap, bottom + gap, bottom - rows - gap].map(at);
        let inside = |[_, top, _, bottom]: &Area| *top >= 0.0 && *bottom <= height;
        let free = |choice: &Area| inside(choice) && placed.iter().all(|tag| !overlap(tag, choice));
        let choice = choices
            .iter()
            .find(|choice| free(choice))
            .or_else(|| choices.iter().find(|choice| inside(choice)));
        placed.push(*choice.unwrap_or(&at(0.0)));
    }
    placed
}

fn overlap(one: &Area, other: &Area) -> bool {
    one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: [f32; 2] = [640.0, 480.0];

    #[test]
    fn a_name_stands_above_its_box_or_inside_it_at_the_top() {
        let tags = place(
            &[[100.0, 200.0, 300.0, 400.0], [400.0, 5.0, 500.0, 400.0]],
            &["hare", "roe"],
            20.0,
            PICTURE,
        );
        assert!(tags[0][3] < 200.0 && tags[0][0] == 100.0, "{tags:?}");
        assert!(tags[1][1] > 5.0 && tags[1][3] < 60.0, "{tags:?}");
    }

    #[test]
    fn names_of_boxes_at_one_place_do_not_cover_one_another() {
        let tags = place(&[[100.0, 200.0, 300.0, 400.0]; 4], &["hare"; 4], 20.0, PICTURE);
        for (index, tag) in tags.iter().enumerate() {
            assert!(tags[..index].iter().all(|other| !overlap(other, tag)), "{tags:?}");
        }
    }

    #[test]
    fn a_name_at_the_right_edge_stays_in_the_picture() {
        let tags = place(&[[620.0, 200.0, 640.0, 220.0]], &["European badger 0.93"], 20.0, PICTURE);
        assert!(tags[0][2] <= 640.0 && tags[0][0] >= 0.0, "{tags:?}");
    }
}
