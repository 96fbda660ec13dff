// One picture alone, from where the grid says: what flow shows of the old picture before a pixel turns, and of the new one after.
// It has its own tones and needs no dither.
#version 440

layout(location = 0) in vec4 places;
layout(location = 0) out vec4 fragColor;
layout(binding = 1) uniform sampler2D src;

void main()
{
    fragColor = vec4(texture(src, places.xy).rgb, 1.0);
}
