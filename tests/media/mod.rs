//! Files of the media library: what they are, what they say, and renditions of pictures. The files are made here.

mod colours;
mod exiftool;
mod kinds;
mod making;
mod playing;
mod saying;
mod sizes;
mod turning;
